/** Why a command was not carried out. */

/** `code` is stable; the message is for developers. */
export class CommandError extends Error {
  constructor(
    readonly code: string,
    text: string,
  ) {
    super(text === '' ? code : `${code}: ${text}`);
    this.name = 'CommandError';
  }
}
