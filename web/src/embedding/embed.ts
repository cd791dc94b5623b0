/** `/embed.js`: what a supplier's page loads, once or twice. */

import { VdxMeeting } from './element.js';

if (customElements.get('vdx-meeting') === undefined) customElements.define('vdx-meeting', VdxMeeting);
