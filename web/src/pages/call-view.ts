/** What the parts of the call's page know of it, and what they may do with it. The page itself is one. */

import type { CallCommands, CallState } from '../call-types.js';
import type { CaptionPreferences } from '../elements/captions/preferences.js';
import type { Draft } from '../elements/chat/draft.js';
import type { Corner, Words } from '../text/words.js';

/** A panel has the name of the button that opens it; the others are opened from `more`. */
export type PanelName = 'more' | 'ask' | 'people' | 'chat' | 'details' | 'technique' | 'shortcuts';

export interface CallView extends EventTarget {
  readonly call: CallState;
  readonly commands: CallCommands;
  readonly words: Words;
  /** The one that is open. */
  readonly panel: PanelName | null;
  readonly isSelfShown: boolean;
  readonly corner: Corner;
  readonly captionPreferences: CaptionPreferences;
  /** Milliseconds since the epoch: when this page of the call began. */
  readonly since: number;
  readonly draft: Draft;
  togglePanel(name: PanelName): void;
  closePanel(): void;
  setCaptions(preferences: CaptionPreferences): void;
  move(corner: Corner): void;
  showSelf(show: boolean): void;
}
