/** The panel that is open: one at a time. */

import { html, nothing, type TemplateResult } from 'lit';
import '../elements/chat/chat.js';
import '../elements/panel/panel.js';
import '../elements/people/people.js';
import { peopleWords } from '../text/people.js';
import { writtenText } from '../text/written.js';
import type { CallView, PanelName } from './call-view.js';
import { renderMore } from './more-panel.js';

const PANELS: Readonly<Record<PanelName, (view: CallView) => TemplateResult>> = {
  more: renderMore,
  people: renderPeople,
  chat: renderChat,
};

export function renderPanel(view: CallView): TemplateResult | typeof nothing {
  return view.panel === null ? nothing : PANELS[view.panel](view);
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
