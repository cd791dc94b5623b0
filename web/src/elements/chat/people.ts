/** In the list of people: who writes captions, and the host's say in it. */

import type { CallState } from '../../call-types.js';
import { writtenText } from '../../text/written.js';
import { addAction, addMark, isHost } from '../people/registry.js';

const writersOf = (call: CallState): readonly string[] => call.documents.captions?.writers ?? [];

addMark({
  id: 'captions',
  order: 70,
  of: (person, call, language) =>
    writersOf(call).includes(person.id) ? { icon: 'captions', text: writtenText(language).writesCaptions } : null,
});

addAction({
  id: 'captions',
  order: 70,
  label: (person, language, call) =>
    writersOf(call).includes(person.id) ? writtenText(language).letWriteNoMore : writtenText(language).letWrite,
  isOffered: (_person, call) => isHost(call),
  run: (person, { call, commands }) =>
    void commands.ask({ type: 'letWriteCaptions', participantId: person.id, allowed: !writersOf(call).includes(person.id) }),
});
