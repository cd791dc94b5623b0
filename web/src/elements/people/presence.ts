/** What the list says of everyone's presence: microphone, how good his connection is, and whether he is on his way back. */

import { hostWords } from '../../text/host.js';
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
  id: 'quality',
  order: 6,
  of: (person, _call, language) => {
    const words = hostWords(language).person;
    if (person.connection !== 'connected' || person.quality === 'good') return null;
    return { icon: 'weak', isLoud: true, text: person.quality === 'weak' ? words.weak : words.lost };
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
