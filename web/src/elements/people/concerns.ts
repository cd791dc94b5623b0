/** Every concern that adds something to the list of people: one import per line. */

import './presence.js';
import '../layouts/people.js';
import '../chat/people.js';
import '../film/section.js';
import '../lobby/people.js';
import './hosting.js';
import '../invite/section.js';
import '../training/people.js';
import '../floor/people.js';
