/** The person wants to try again. */
export class RetryEvent extends Event {
  constructor() {
    super('retry');
  }
}
