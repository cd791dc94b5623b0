/** The playground's beginning: it loads the component as a supplier's page does. */

import '../styles/base.css';
import { Playground } from './playground.js';

document.head.append(Object.assign(document.createElement('script'), { type: 'module', src: '/embed.js' }));
document.body.append(new Playground());
