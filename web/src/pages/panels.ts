/** The panel that is open: one at a time. */

import { html, nothing, type TemplateResult } from 'lit';
import '../elements/chat/chat.js';
import { floorButton } from '../elements/floor/standing.js';
import { icon, type IconName } from '../elements/icon/icon.js';
import '../elements/panel/panel.js';
import '../elements/people/people.js';
import { floorWords } from '../text/floor.js';
import { hostWords } from '../text/host.js';
import { peopleWords } from '../text/people.js';
import { techniqueWords } from '../text/technique.js';
import { trainingWords } from '../text/training.js';
import { writtenText } from '../text/written.js';
import type { CallView, PanelName } from './call-view.js';
import { renderMore } from './more-panel.js';

const PANELS: Readonly<Record<PanelName, (view: CallView) => TemplateResult>> = {
  more: renderMore,
  ask: renderAsk,
  people: renderPeople,
  chat: renderChat,
  details: renderDetails,
  technique: renderTechnique,
  shortcuts: renderShortcuts,
};

export function renderPanel(view: CallView): TemplateResult | typeof nothing {
  return view.panel === null ? nothing : PANELS[view.panel](view);
}

/** A guest's two ways to call: closed again by either, since what stands is shown in the room. */
function renderAsk(view: CallView): TemplateResult {
  const { call, commands, words, closePanel } = view;
  const said = trainingWords(words.language);
  const floor = floorButton(call, floorWords(words.language));
  const isHelpAsked = call.documents.ownHelp?.asked ?? false;
  const item = (id: string, name: IconName, text: string, isOn: boolean, run: () => void): TemplateResult =>
    html`<button class="button" id=${id} type="button" aria-pressed=${String(isOn)} @click=${() => { run(); closePanel(); }}>
      ${icon(name)}<span>${text}</span>
    </button>`;
  return html`<vdx-panel .heading=${said.ask} .closeLabel=${words.panel.close} @closepanel=${closePanel}>
    <div class="asks">
      ${floor === null ? nothing : item('floor', 'hand', floor.label + floor.rest, floor.isPressed, () => void commands.ask(floor.command))}
      ${item('help', 'help', said.askHelp, isHelpAsked, () => void commands.ask({ type: isHelpAsked ? 'withdrawHelp' : 'askForHelp' }))}
    </div>
  </vdx-panel>`;
}

function renderChat({ call, commands, words, draft, closePanel }: CallView): TemplateResult {
  return html`<vdx-panel
    .heading=${writtenText(words.language).chat}
    .closeLabel=${words.panel.close}
    @closepanel=${closePanel}
  >
    <vdx-chat .call=${call} .commands=${commands} .draft=${draft} .language=${words.language}></vdx-chat>
  </vdx-panel>`;
}

function renderPeople({ call, commands, words, closePanel }: CallView): TemplateResult {
  const { language } = words;
  return html`<vdx-panel
    .heading=${peopleWords(language).title}
    .closeLabel=${words.panel.close}
    @closepanel=${closePanel}
  >
    <vdx-people .call=${call} .commands=${commands} .language=${language}></vdx-people>
  </vdx-panel>`;
}

/** What few open is fetched when they do. */
function renderDetails({ call, commands, words, closePanel }: CallView): TemplateResult {
  void import('../elements/details/details.js');
  return html`<vdx-panel
    .heading=${hostWords(words.language).details.title}
    .closeLabel=${words.panel.close}
    @closepanel=${closePanel}
  >
    <vdx-details .call=${call} .commands=${commands} .language=${words.language}></vdx-details>
  </vdx-panel>`;
}

function renderTechnique({ call, commands, words, since, closePanel }: CallView): TemplateResult {
  void import('../elements/technique/technique.js');
  return html`<vdx-panel
    .heading=${techniqueWords(words.language).title}
    .closeLabel=${words.panel.close}
    @closepanel=${closePanel}
  >
    <vdx-technique .call=${call} .commands=${commands} .since=${since} .language=${words.language}></vdx-technique>
  </vdx-panel>`;
}

function renderShortcuts({ call, words, closePanel }: CallView): TemplateResult {
  void import('../elements/shortcuts/shortcuts.js');
  return html`<vdx-panel
    .heading=${techniqueWords(words.language).shortcuts.title}
    .closeLabel=${words.panel.close}
    @closepanel=${closePanel}
  >
    <vdx-shortcuts .call=${call} .language=${words.language}></vdx-shortcuts>
  </vdx-panel>`;
}
