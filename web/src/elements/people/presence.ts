/** What the list says of everyone's presence: microphone, and whether he is on his way back. */

import { peopleWords } from '../../text/people.js';
import { addMark } from './registry.js';

addMark({
  id: 'away',
  order: 5,
  of: (person, _call, language) => {
    const words = peopleWords(language);
    if (person.connection === 'connected') return null;
    return { icon: 'weak', isLoud: true, text: person.connection === 'returning' ? words.returning : words.reconnecting };
  },
});

addMark({
  id: 'microphone',
  order: 90,
  of: (person, _call, language) => {
    const words = peopleWords(language);
    return person.microphoneOn
      ? { icon: 'microphone', text: words.microphoneOn }
      : { icon: 'microphoneOff', text: words.microphoneOff };
  },
});
