/**
 * The staff page: who is signed in, which view the address names, and the day that is watched whatever is shown, so that
 * who waits is told in the window's title, at the way to the day, aloud, and by the knock and message that the person has
 * chosen. Its content stands in the document itself.
 */

import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import '../elements/announcer/announcer.js';
import type { AnnounceEvent, Announcer } from '../elements/announcer/announcer.js';
import { WaitAlerts } from '../elements/lobby/alerting.js';
import { staffProblem, staffWords, type StaffWords } from '../text/staff.js';
import { PageWords } from '../text/page-words.js';
import { showLanguage, type Language } from '../text/languages.js';
import { DayWatch, UNSEEN, type Watched } from './day-watch.js';
import { arrivals, waitingCount } from './day.js';
import './frame.js';
import type { StaffRequests } from './requests.js';
import type { StaffState } from './resources.js';
import { fragmentOf, invitationIn, problemIn, routeOf, type Route } from './route.js';
import { clockText } from './times.js';
import type { View } from './view.js';
import './views/book.js';
import type { BookedEvent, JustBooked } from './views/book.js';
import './views/booked.js';
import './views/call.js';
import type { RungEvent } from './views/call.js';
import './views/day.js';
import './views/look.js';
import './views/more.js';
import { SIGNED_OUT, type SignedInEvent } from './views/sign-in.js';
import './views/templates.js';

const VIEW = 'vdx-staff-day, vdx-staff-book, vdx-staff-booked, vdx-staff-call, vdx-staff-templates, vdx-staff-template, vdx-staff-look, vdx-staff-more, vdx-staff-sign-in';

@customElement('vdx-staff')
export class Staff extends LitElement {
  @property({ attribute: false }) requests!: StaffRequests;
  /** Instead of the address, for stories. */
  @property({ attribute: false }) fragment: string | null = null;
  @property({ attribute: false }) asked: Language | null = null;

  private readonly spoken = new PageWords(this, () => this.asked);
  /** Null until the server has told. */
  @state() private session: StaffState | null = null;
  @state() private route: Route = { at: 'day', day: '' };
  @state() private watched: Watched = UNSEEN;
  /** The code of what went wrong on the way here; '' for nothing. */
  @state() private trouble = '';
  /** Of an administrator, with whose link the page was opened; '' for none. */
  @state() private invitation = '';
  @query('vdx-announcer') private announcer!: Announcer;
  /** The server was asked who is signed in, and has not told. */
  @state() private isUntold = false;
  /** What concerns the whole page; '' for nothing. */
  @state() private notice = '';
  @state() private just: JustBooked | null = null;
  private watch: DayWatch | null = null;
  /** Aloud, the page says it itself. */
  private readonly alerts = new WaitAlerts(() => undefined);
  private shown = '';

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('hashchange', this.onRoute);
    this.addEventListener('announce', this.onAnnounce);
    this.addEventListener('sessionended', this.onSessionEnded);
    this.addEventListener('daychanged', this.onDayChanged);
    this.addEventListener('signedin', this.onSignedIn);
    this.addEventListener('signout', this.onSignOut);
    this.addEventListener('skip', this.onSkip);
    this.addEventListener('booked', this.onBooked);
    this.addEventListener('rung', this.onRung);
    this.addEventListener('again', this.onAgain);
    this.onRoute();
    void this.begin();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('hashchange', this.onRoute);
    this.removeEventListener('announce', this.onAnnounce);
    this.removeEventListener('sessionended', this.onSessionEnded);
    this.removeEventListener('daychanged', this.onDayChanged);
    this.removeEventListener('signedin', this.onSignedIn);
    this.removeEventListener('signout', this.onSignOut);
    this.removeEventListener('skip', this.onSkip);
    this.removeEventListener('booked', this.onBooked);
    this.removeEventListener('rung', this.onRung);
    this.removeEventListener('again', this.onAgain);
    this.rest();
  }

  private get language(): Language {
    return this.spoken.language;
  }

  private get words(): StaffWords {
    return staffWords(this.language);
  }

  override render(): TemplateResult {
    const { words, session } = this;
    const common = this.spoken.words;
    const person = session?.person ?? null;
    return html`${common === null ? nothing : html`<vdx-staff-frame
        class=${person === null ? 'alone' : ''}
        .words=${words}
        .common=${common}
        .person=${person}
        .route=${this.route}
        .notice=${this.notice}
        .waiting=${waitingCount(this.watched.day?.meetings ?? [])}
      >
        ${this.invitation !== '' ? this.renderSignIn(session) : session === null ? (this.isUntold ? this.renderSignIn(null) : nothing) : person === null ? this.renderSignIn(session) : this.renderView()}
      </vdx-staff-frame>`}
      <vdx-announcer></vdx-announcer>`;
  }

  private renderSignIn(session: StaffState | null): TemplateResult {
    return html`<vdx-staff-sign-in .requests=${this.requests} .language=${this.language} .session=${session} .trouble=${this.trouble} .invitation=${this.invitation}></vdx-staff-sign-in>`;
  }

  private renderView(): TemplateResult {
    const { route, requests, language } = this;
    const own = this.session?.person?.email ?? '';
    switch (route.at) {
      case 'book':
        return html`<vdx-staff-book .requests=${requests} .language=${language} .day=${route.day}></vdx-staff-book>`;
      case 'booked':
        return html`<vdx-staff-booked .requests=${requests} .language=${language} .uuid=${route.uuid} .just=${this.just}></vdx-staff-booked>`;
      case 'call':
      case 'calling':
        return html`<vdx-staff-call .requests=${requests} .language=${language} .uuid=${route.at === 'calling' ? route.uuid : ''} .today=${this.watched}></vdx-staff-call>`;
      case 'templates':
        return html`<vdx-staff-templates .requests=${requests} .language=${language}></vdx-staff-templates>`;
      case 'template':
        return html`<vdx-staff-template .requests=${requests} .language=${language} .template=${route.id}></vdx-staff-template>`;
      case 'look':
        return html`<vdx-staff-look .requests=${requests} .language=${language} .person=${this.session?.person} .common=${this.spoken.words}></vdx-staff-look>`;
      case 'more':
        return html`<vdx-staff-more .requests=${requests} .language=${language} .person=${this.session?.person ?? null}></vdx-staff-more>`;
      default:
        return html`<vdx-staff-day .requests=${requests} .language=${language} .day=${route.at === 'day' ? route.day : ''} .today=${this.watched} .own=${own}></vdx-staff-day>`;
    }
  }

  protected override updated(_changed: PropertyValues): void {
    if (this.spoken.words === null) return;
    showLanguage(this.language);
    const person = this.session?.person ?? null;
    const waiting = waitingCount(this.watched.day?.meetings ?? []);
    const place = person === null ? this.words.signIn.title : this.placeTitle();
    document.title = [...(waiting > 0 ? [this.words.day.title(waiting)] : []), place, this.words.product].join(' – ');
    const shows = this.session === null ? '' : person === null ? 'signIn' : JSON.stringify(this.route);
    if (shows === this.shown) return;
    const isFirst = this.shown === '';
    this.shown = shows;
    if (!isFirst) void this.focusView();
  }

  private placeTitle(): string {
    const { nav, book } = this.words;
    const { at } = this.route;
    if (at === 'booked') return book.title;
    if (at === 'calling') return nav.call;
    return at === 'template' ? nav.templates : nav[at];
  }

  private async focusView(): Promise<void> {
    const view = this.querySelector<View>(VIEW);
    if (view === null) return;
    await customElements.whenDefined(view.localName);
    await view.updateComplete;
    scrollTo(0, 0);
    view.focus();
  }

  private async begin(): Promise<void> {
    const answer = await this.requests.session();
    this.isUntold = 'problem' in answer;
    if ('problem' in answer) {
      this.trouble = answer.problem.code;
      return;
    }
    if (this.trouble === 'unreachable') this.trouble = '';
    this.enter(answer.value);
  }

  private enter(session: StaffState): void {
    this.session = session;
    this.rest();
    if (session.person === null) return;
    this.trouble = '';
    this.watch = new DayWatch(this.requests, 'today', (now, before) => {
      this.watched = now;
      if (now.problem !== null && (now.problem.code === 'session_ended' || now.problem.code === 'token_missing')) this.leave('session_ended');
      const came = arrivals(before.day?.meetings ?? null, now.day?.meetings ?? []);
      const words = this.words.day;
      const count = waitingCount(now.day?.meetings ?? []);
      if (count === 0) this.alerts.stop();
      // A host who is inside hears it there.
      if (came.some(({ meeting }) => meeting.hosts === 0)) this.alerts.tell(words.knocked(count));
      for (const { meeting, waiting } of came) {
        this.announcer.say(words.arrived(waiting.name === '' ? words.someone : waiting.name, clockText(meeting.startTime, this.language)), 'assertive');
      }
    });
    this.watch.start();
  }

  private leave(trouble: string): void {
    this.rest();
    this.trouble = trouble;
    this.session = { way: this.session?.way ?? 'openId', person: null };
  }

  private rest(): void {
    this.alerts.stop();
    this.watch?.stop();
    this.watch = null;
    this.watched = UNSEEN;
  }

  private readonly onRoute = (): void => {
    const fragment = this.fragment ?? location.hash;
    this.route = routeOf(fragment);
    const problem = problemIn(fragment);
    const invitation = invitationIn(fragment);
    if (problem === '' && invitation === '') return;
    this.trouble = problem;
    this.invitation = invitation;
    if (this.fragment === null) history.replaceState(null, '', location.pathname + location.search);
  };

  private readonly onAnnounce = (event: Event): void => {
    const { text, urgency } = event as AnnounceEvent;
    this.announcer.say(text, urgency);
  };

  private readonly onSessionEnded = (): void => {
    this.leave('session_ended');
  };

  private readonly onDayChanged = (): void => {
    this.watch?.look();
  };

  private readonly onSignedIn = (event: Event): void => {
    this.invitation = '';
    this.enter((event as SignedInEvent).session);
  };

  private readonly onSignOut = async (): Promise<void> => {
    const answer = await this.requests.signOut();
    this.notice = '';
    if ('problem' in answer && staffProblem(answer.problem) !== 'ended') {
      // Nobody may go from the desk and think that it is done.
      this.notice = this.words.signIn.stillIn;
      return;
    }
    const next = 'value' in answer ? answer.value.continueAt : '';
    this.leave(SIGNED_OUT);
    if (next !== '') location.assign(next);
  };

  /** The form is not what one comes back to: it would book again. */
  private readonly onBooked = (event: Event): void => {
    this.just = (event as BookedEvent).just;
    location.replace(fragmentOf({ at: 'booked', uuid: this.just.booked.uuid }));
  };

  private readonly onRung = (event: Event): void => {
    location.hash = fragmentOf({ at: 'calling', uuid: (event as RungEvent).uuid });
  };

  private readonly onAgain = (): void => {
    void this.begin();
  };

  private readonly onSkip = (): void => {
    void this.focusView();
  };
}
