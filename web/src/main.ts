/** The page's beginning: one call, one element that shows it. */

import { createCall } from './call.js';
import { App } from './pages/app.js';
import { mayPreviewAtOnce } from './pages/platform.js';
import './styles/base.css';

const call = createCall();
const app = new App();
app.call = call;
document.body.append(app);

void mayPreviewAtOnce().then((may) => {
  if (may && call.getState().phase === 'idle') void call.startPreview();
});
