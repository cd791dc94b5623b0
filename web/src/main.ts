/** The page's beginning: one call, one element that shows it; before that, where no link of a room was opened, the way in. */

import { createCall } from './call.js';
import { isEntry } from './entry/opening.js';
import { returnFrom, sessionShelf } from './entry/return.js';
import { App } from './pages/app.js';
import { mayPreviewAtOnce } from './pages/platform.js';
import './styles/base.css';

function startCall(): void {
  const roomId = location.pathname.split('/')[2] ?? '';
  const call = createCall();
  const app = new App();
  app.call = call;
  document.body.append(app);
  call.subscribe((state) => {
    const address = returnFrom(sessionShelf(), roomId, state);
    if (address !== '') location.assign(address);
  });
  void mayPreviewAtOnce().then((may) => {
    if (may && call.getState().phase === 'idle') void call.startPreview();
  });
}

if (isEntry(location.pathname)) void import('./entry/open.js').then(({ openEntry }) => { openEntry(startCall); });
else startCall();
