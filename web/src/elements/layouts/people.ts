/** In the list of people: keeping somebody on one's own screen. */

import type { CallState } from '../../call-types.js';
import { layoutWords } from '../../text/layouts.js';
import { addAction, addMark } from '../people/registry.js';

const pinsOf = (call: CallState): readonly string[] => call.documents.layoutChanged?.pins ?? [];

addMark({
  id: 'pinned',
  order: 60,
  of: (person, call, language) =>
    pinsOf(call).includes(person.id) ? { icon: 'pin', text: layoutWords(language).pinned } : null,
});

addAction({
  id: 'pin',
  order: 60,
  label: (person, language, call) => (pinsOf(call).includes(person.id) ? layoutWords(language).unpin : layoutWords(language).pin),
  isOffered: (person) => !person.isSelf,
  run: (person, { call, commands }) => {
    const pins = pinsOf(call);
    const others = pins.filter((pin) => pin !== person.id);
    void commands.ask({ type: 'pinPeople', participants: pins.includes(person.id) ? others : [...others, person.id] });
  },
});
