/**
 * A call, as the elements see it: `CallState` to render, `CallCommands` to send. Wires the parts together and decides
 * little itself: the seat is `protocol/connection`, media `media/media-link`, the own devices `media/local-media`, what is
 * shown `call-state`.
 *
 * Parts report changes at any time; the state is assembled anew at most once per microtask.
 */

import { Announcements, LossWatch } from './announcements.js';
import { browserEnvironment, type CallEnvironment } from './call-environment.js';
import { assembleState, firstState, NO_TROUBLE, type Standing } from './call-state.js';
import type { Call, CallState, DeviceKind, EndState, Failure, JoiningWay, Processing } from './call-types.js';
import { showsOf } from './configuration.js';
import { LiveConference } from './conference/live.js';
import { Entrance } from './entrance.js';
import { failureOf, lasting } from './failures.js';
import { LocalMedia } from './media/local-media.js';
import { MediaLink, type MediaState } from './media/media-link.js';
import { Meter } from './media/meter.js';
import { hasRelay, relayOnly, type LocalOffer } from './media/peer.js';
import { PictureProof } from './media/picture-proof.js';
import { Sound } from './media/sound.js';
import { StatsWatch } from './media/stats.js';
import { WakeLock } from './media/wake-lock.js';
import { OwnDevices } from './own-devices.js';
import { chooseWay } from './prejoin/way.js';
import { Memory, readDevices, readSignLanguage, writeDevices } from './memory.js';
import { videoSlotsForScreen } from './page-events.js';
import { PageWatch } from './page-watch.js';
import { Connection, type ConnectionListener, type Over } from './protocol/connection.js';
import { failure } from './protocol/decode.js';
import { hubRequests } from './protocol/hub-requests.js';
import type { Answer, AnswerMedia, ClientMessage, Failure as Refusal, Join, Joined, Resumed, ServerEvent, Waiting } from './protocol/messages.gen.js';
import { Reports } from './reports.js';
import { SourceMirror } from './source-mirror.js';
import { Store } from './store.js';
import type { Voice } from './voices.js';
import { within } from './within.js';

const OFFER_TIMEOUT_MS = 15_000;
const HEARTBEAT_MS = 1000;
const LEAVE_PATIENCE_MS = 1000;
/**
 * How long the first offer waits for the devices: a browser uses all its addresses only once it may capture (RFC 8828
 * §5.2; Firefox), and the tracks are in the connection from its beginning. A question to the person takes longer.
 */
const DEVICES_PATIENCE_MS = 1500;
/**
 * Made once per page. Joins by itself when the link says so (`?join=1`) or when a page in a call was reloaded; the
 * phase is then `connecting` from the beginning.
 */
export function createCall(environment: CallEnvironment = browserEnvironment()): Call {
  const call = new CallController(environment);
  call.begin();
  return call;
}

class CallController implements Call, ConnectionListener {
  #standing: Standing;
  #isDirty = false;
  /** Ends when the devices have been had, or not. */
  #opening: Promise<void> = Promise.resolve();
  #heartbeat: ReturnType<typeof setInterval> | undefined;

  readonly hub = hubRequests(() => this.#memory.value.token ?? '');
  readonly setProcessing = (change: Partial<Processing>): Promise<void> => this.#local.setProcessing(change);
  readonly getStats = (): Promise<RTCStatsReport | null> => this.#media.peer?.getStats().catch(() => null) ?? Promise.resolve(null);
  readonly acceptTerms = (): void => this.#entrance.acceptTerms();
  readonly #memory: Memory;
  readonly #entrance: Entrance;
  readonly #store: Store<CallState>;
  readonly #connection: Connection;
  readonly #media: MediaLink;
  #mediaState: MediaState = 'none';
  readonly #local: LocalMedia;
  readonly #meter = new Meter();
  readonly #wakeLock = new WakeLock();
  readonly #reports: Reports;
  readonly #mirror: SourceMirror;
  readonly #own: OwnDevices;
  readonly #conference = new LiveConference({
    onChange: () => this.#changed(),
    onSettled: () => this.#onSettled(),
    onHappening: (happening) => this.#announcements.say(happening.code, happening),
  });
  readonly #announcements = new Announcements(() => this.#changed());
  readonly #lossWatch = new LossWatch(
    () => this.#announcements.say('connectionLost'),
    () => this.#announcements.say('connectionBack'),
  );
  readonly #proof = new PictureProof(
    (slot) => this.#media.peer?.videoSlot(slot)?.receiver.getContributingSources() ?? [],
    () => this.#changed(),
  );
  readonly #sound = new Sound((isAudioBlocked) => this.#set({ isAudioBlocked }));
  readonly #stats = new StatsWatch(
    () => this.#media.peer?.getStats() ?? null,
    (quality) => this.#set(quality),
    // What stopped media may have stopped signalling too, which would notice in half a minute.
    () => this.#connection.probe(),
  );

  constructor(private readonly environment: CallEnvironment) {
    const { link, sessionShelf, localShelf } = environment;
    this.#memory = new Memory(link.roomId, sessionShelf);
    this.#memory.openWith(link.token, link.configuration);
    this.#entrance = new Entrance(environment, this.#memory, {
      standing: () => this.#standing,
      set: (change) => this.#set(change),
      fail: (cause) => this.#fail(cause),
      onEntered: () => this.#enter(),
    });
    const name = link.name ?? this.#memory.value.name ?? '';
    this.#standing = { phase: 'idle', failure: null, ended: null, note: '', pin: null, waiting: null, personFunction: '', name, invitation: null, look: null, acceptedTerms: this.#memory.value.terms, ...NO_TROUBLE };
    const { cameraOn: camera, microphoneOn: microphone, listens } = this.#memory.value;
    const chosen = readDevices(localShelf);
    this.#local = new LocalMedia({ camera, microphone, listens }, chosen, this.#meter, {
      onChange: () => this.#changed(),
      onTrack: (kind, track) => {
        void this.#media.setTrack(kind, track);
        this.#reports.tellSources();
      },
      onNotice: (code) => this.#announcements.say(code),
      onChosen: (kind, deviceId) => writeDevices(localShelf, { ...readDevices(localShelf), [kind]: deviceId }),
    }, readSignLanguage(localShelf), localShelf);
    void this.#sound.choose(chosen.speaker ?? null);
    this.#media = new MediaLink(
      (offer) => this.#offer(offer),
      () => this.#local.tracks,
      { onMedia: (state) => this.#onMedia(state), onRefused: (refusal) => this.#fail(failureOf(refusal)) },
      link.isRelayOnly ? relayOnly(environment.peerPlatform) : environment.peerPlatform,
      () => within(this.#opening, DEVICES_PATIENCE_MS),
    );
    this.#media.setFluent(readSignLanguage(localShelf));
    this.#mirror = new SourceMirror(
      this.#local,
      this.#memory,
      () => this.#conference.state?.documents,
      (code) => this.#announcements.say(code),
    );
    this.#connection = new Connection(
      environment.makeWire,
      this,
      () => this.#memory.credentials(this.#conference.sequence),
      () => ({
        name: this.#nameOrNull, function: this.#standing.personFunction || null, expectsWeak: this.hub.expectsWeak(),
        videoSlots: videoSlotsForScreen(this.#entrance.isInstructor),
        knowsWhoSees: this.#entrance.whatWasTold,
        acceptsTerms: this.#standing.acceptedTerms || null,
      }),
    );
    this.#reports = new Reports(
      this.#connection,
      (source) => this.#local.isActive(source),
      () => this.getState().tiles,
      () => this.#local.cameraHint,
      (source, code) => this.#mirror.onRefused(source, code),
    );
    this.#own = new OwnDevices({ local: this.#local, media: this.#media, sound: this.#sound, memory: this.#memory, mirror: this.#mirror, reports: this.#reports, say: (code) => this.#announcements.say(code), shelf: localShelf });
    const { state: local, devices } = this.#local;
    this.#store = new Store(firstState({ language: link.language, shows: showsOf(link.configuration), name, devices, local }));
  }

  begin(): void {
    this.#entrance.open();
    if (this.#entrance.isHopeless()) return;
    if (this.#memory.value.token === null) {
      void this.#entrance.tryPin('');
      return;
    }
    this.#listenToPage();
  }

  async #enter(): Promise<void> {
    this.#listenToPage();
    await this.startPreview();
  }

  #listenToPage(): void {
    const [local, connection, media, meter] = [this.#local, this.#connection, this.#media, this.#meter];
    const [sound, wakeLock] = [this.#sound, this.#wakeLock];
    const standing = (): Standing => this.#standing;
    this.environment.listenToPage(new PageWatch({ local, connection, media, meter, sound, wakeLock, standing }));
    if (this.environment.link.joinsAtOnce || this.#memory.isQuickRejoin(Date.now())) {
      this.#entrance.hasSkippedPrejoin = true;
      void this.join();
    }
  }

  // ── store ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  getState(): CallState {
    return this.#store.value;
  }

  subscribe(listener: (state: CallState) => void): () => void {
    return this.#store.subscribe(listener);
  }

  // ── commands ──────────────────────────────────────────────────────────────────────────────────────────────────────

  async startPreview(): Promise<void> {
    if (this.#standing.phase !== 'idle' && this.#standing.phase !== 'previewing') return;
    this.#set({ phase: 'previewing' });
    await this.#local.open();
  }

  readonly chooseDevice = (kind: DeviceKind, deviceId: string): Promise<void> => this.#own.chooseDevice(kind, deviceId);
  readonly turnCamera = (): Promise<void> => this.#local.turnCamera();
  readonly setWay = (way: JoiningWay): Promise<void> => chooseWay(way, this.#local, this.#memory);
  readonly setSignLanguage = (isUsed: boolean): void => { this.#own.setSignLanguage(isUsed); };
  readonly setOriginalSound = (isUsed: boolean): Promise<void> => this.#own.setOriginalSound(isUsed);
  readonly setMicrophone = (on: boolean): Promise<void> => this.#own.setMicrophone(on);
  readonly setCamera = (on: boolean): Promise<void> => this.#own.setCamera(on);

  async startScreenShare(): Promise<void> {
    const mayShare = this.#conference.state?.documents.ownFloor?.screen.maySend ?? true;
    if (this.#standing.phase === 'inCall') await (mayShare ? this.#local.startScreen() : this.ask({ type: 'requestFloor', floor: 'screen' }));
  }

  stopScreenShare(): Promise<void> {
    this.#local.stopScreen();
    return Promise.resolve();
  }

  setName(name: string): void {
    this.#set({ name: name.trim().slice(0, 80) });
  }

  setFunction(value: string): void {
    this.#set({ personFunction: value.trim().slice(0, 60) });
  }

  async enterPin(pin: string): Promise<void> {
    if (this.#standing.phase === 'pin') await this.#entrance.tryPin(pin);
  }

  async join(): Promise<void> {
    if (['connecting', 'waiting', 'inCall', 'pin'].includes(this.#standing.phase)) return;
    if (this.#entrance.isHopeless()) return;
    this.#set({ phase: 'connecting', failure: null, ended: null });
    this.#sound.unlock();
    this.#meter.resume();
    this.#memory.update({ name: this.#nameOrNull });
    if (!this.#local.tracks.microphone) this.#opening = this.#local.open();
    if (this.#memory.value.session === null) await this.#entrance.untilTold();
    if (this.#isConnecting) this.#connection.open();
    await this.#opening;
  }

  async joinAgain(): Promise<void> {
    if (this.#standing.phase === 'ended' || this.#standing.phase === 'failed') await this.join();
  }

  setTileSize(tileId: string, width: number, height: number): void {
    this.#reports.measure(tileId, width, height);
  }

  ask(command: Exclude<ClientMessage, Join>): Promise<Answer> {
    return this.#connection.command(command);
  }

  async leave(): Promise<void> {
    if (!['inCall', 'connecting', 'waiting'].includes(this.#standing.phase)) return;
    const said = this.#connection.command({ type: 'leave' }, LEAVE_PATIENCE_MS);
    this.#end({ code: 'left', canRejoin: true });
    await said;
    // Unless somebody pressed "join again" meanwhile.
    if (this.getState().phase === 'ended') this.#connection.close();
  }

  resumeAudio(): Promise<void> {
    this.#meter.resume();
    this.#sound.play();
    return Promise.resolve();
  }

  // ── the seat ──────────────────────────────────────────────────────────────────────────────────────────────────────

  onJoined(joined: Joined): void {
    // It would wait for a way that cannot come.
    if (this.environment.link.isRelayOnly && !hasRelay(joined.media.iceServers)) {
      this.#fail(lasting('mediaFailed'));
      return;
    }
    this.#conference.onJoined(joined);
    const isFirst = this.#memory.value.session === null || this.#standing.phase === 'waiting';
    this.#memory.update({ session: joined.session, device: joined.session });
    if (isFirst) this.#mirror.start(joined);
    this.#onSeated(joined);
    this.#mirror.follow();
    this.#reports.onSnapshot(this.#conference.ownSources);
    void this.#local.setLines(joined.media.cameraLines);
    this.#media.onSignalling(joined.media, joined.mediaAlive);
  }

  onResumed(resumed: Resumed): void {
    // Answered only to a sequence number, which we had from a snapshot.
    if (!this.#conference.onResumed(resumed)) return;
    const wasSilent = this.#stats.isSilent;
    this.#onSeated(resumed);
    this.#mirror.follow();
    this.#reports.onResume(this.#conference.ownSources);
    this.#media.onFreshIceServers(resumed.iceServers);
    this.#media.onSignalling(null, resumed.mediaAlive, wasSilent);
  }

  onWaiting(waiting: Waiting): void {
    const { session, token } = waiting;
    if (session !== '') this.#memory.update({ session, device: session });
    if (token !== '') this.#memory.update({ token, seatedAt: Date.now() });
    if (this.#standing.phase === 'inCall') this.#leaveRoom();
    const { reason, since, notice } = waiting;
    this.#set({ phase: 'waiting', waiting: { reason, since: since * 1000, notice }, isSignallingLost: false });
    void this.#wakeLock.hold();
  }

  onEvent(event: Exclude<ServerEvent, { type: 'ended' | 'waiting' | 'admitted' }>): void {
    if (event.type === 'refused') this.#set({ note: event.reason });
    if (event.type === 'transferred') {
      this.#connection.close();
      this.environment.openRoom(event.room, event.token);
      return;
    }
    if (event.type === 'tokenRenewed') this.#memory.update({ token: event.token });
    if (event.type === 'mediaLost') this.#media.onServerLost();
    if (event.type === 'bandwidth') this.#media.onSendLayers(event.sendLayers);
    if (event.type === 'stopping') this.#set({ isServerStopping: true });
    this.#conference.onEvent(event);
    if (event.type !== 'ownSources' && event.type !== 'ownFloor') return;
    this.#mirror.follow();
    this.#reports.tellSources();
  }

  onLost(): void {
    this.#set({ isSignallingLost: true });
    this.#proof.setAlert(true);
    this.#media.onSignallingLost();
  }

  onOver(over: Over): void {
    // The server's "ended" after our own leaving is no news.
    if (this.#standing.phase === 'ended') return;
    const { note } = this.#standing;
    if (over.kind === 'ended') this.#end({ code: over.reason, canRejoin: over.canRejoin, ...(note === '' ? {} : { note }) });
    else if (over.wasSeated) this.#end({ code: 'lost', canRejoin: failureOf(over.failure).retryable });
    else { this.#fail(failureOf(over.failure)); this.#entrance.onRefused(over.failure.code); }
  }

  #onSeated(answer: Joined | Resumed): void {
    this.#set({ phase: 'inCall', waiting: null, isSignallingLost: false, isServerStopping: false });
    this.#proof.setAlert(false);
    this.#memory.update({ token: answer.token, seatedAt: Date.now() });
    this.#heartbeat ??= setInterval(() => this.#beat(), HEARTBEAT_MS);
    this.#stats.start();
    void this.#wakeLock.hold();
  }

  /** While seated the way back stays fresh, and a steady speaker gets his turn. */
  #beat(): void {
    if (!this.#standing.isSignallingLost) this.#memory.update({ seatedAt: Date.now() });
    this.#conference.beat(Date.now());
  }

  #onSettled(): void {
    this.#proof.expect(this.#conference.videoSources);
    this.#reports.tellSizesSoon();
  }

  // ── media ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  async #offer(offer: LocalOffer): Promise<AnswerMedia | Refusal> {
    const answer = await this.#connection.command({ type: 'offer', ...offer }, OFFER_TIMEOUT_MS);
    return answer.type === 'answer' || answer.type === 'error' ? answer : failure('internal', 'no answer to an offer');
  }

  /** Another state, or another peer with other streams. */
  #onMedia(state: MediaState): void {
    const { peer } = this.#media;
    // What cut media, often a change of network, cut signalling too, and TCP would notice in half a minute.
    if (state === 'reconnecting' && this.#mediaState === 'connected') this.#connection.probe();
    this.#mediaState = state;
    if (peer) this.#sound.attach(peer.slots);
    if (peer) this.#proof.expect(this.#conference.videoSources);
    this.#changed();
  }

  // ── ends ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  #fail(cause: Failure): void {
    this.#set({ phase: 'failed', failure: cause });
    this.#connection.close();
    this.#clear();
  }

  #end(ended: EndState): void {
    this.#set({ phase: 'ended', ended: { ...ended, at: Date.now(), wasInCall: this.#standing.phase === 'inCall' } });
    this.#clear();
  }

  /** Everything of the conference goes; devices are given back; the token stays, for joining again. */
  #clear(): void {
    this.#memory.update({ session: null, seatedAt: 0 });
    this.#leaveRoom();
    this.#set({ waiting: null, note: '' });
    this.#local.release();
    void this.#wakeLock.release();
  }

  /** What we had of the others goes; the own devices stay. */
  #leaveRoom(): void {
    this.#conference.clear();
    this.#mirror.forget();
    this.#set(NO_TROUBLE);
    this.#lossWatch.reset();
    clearInterval(this.#heartbeat);
    this.#reports.stop();
    this.#heartbeat = undefined;
    this.#stats.stop();
    this.#proof.stop();
    this.#media.stop();
    this.#sound.stop();
  }

  // ── the state ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Asked anew after each wait. */
  get #isConnecting(): boolean {
    return this.#standing.phase === 'connecting';
  }

  get #nameOrNull(): string | null {
    return this.#standing.name === '' ? null : this.#standing.name;
  }

  #set(change: Partial<Standing>): void {
    this.#standing = { ...this.#standing, ...change };
    this.#changed();
  }

  #changed(): void {
    if (this.#isDirty) return;
    this.#isDirty = true;
    queueMicrotask(() => {
      this.#isDirty = false;
      this.#assemble();
    });
  }

  #assemble(): void {
    this.#lossWatch.update(this.#standing.isSignallingLost || this.#media.state === 'reconnecting');
    const facts = {
      ...this.#standing,
      language: this.environment.link.language,
      conference: this.#conference.state,
      dominantSpeaker: this.#conference.dominantSpeaker,
      media: this.#media.state,
      isLossShown: this.#lossWatch.isTold,
      local: this.#local.state,
      devices: this.#local.devices,
      pictures: {
        isProven: (slot: number): boolean => this.#proof.isProven(slot),
        streamOf: (slot: number): MediaStream | null => this.#media.peer?.videoSlot(slot)?.stream ?? null,
      },
      voiceOf: (id: string): Voice => this.#conference.voices.of(id),
      notices: this.#announcements.list,
      nowMs: Date.now(),
    };
    this.#store.set(assembleState(facts, this.#store.value));
  }
}
