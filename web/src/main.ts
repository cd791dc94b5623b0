/** The page's beginning: one call, one element that shows it; before that, where no link of a room was opened, the way in. */

import { browserEnvironment } from './call-environment.js';
import { createCall } from './call.js';
import { fetchDesk } from './embedding/framed.js';
import { isEntry } from './entry/opening.js';
import { returnFrom, sessionShelf } from './entry/return.js';
import { statementOf } from './look/links.js';
import { App } from './pages/app.js';
import './styles/base.css';

const desk = fetchDesk();
/** Where people try their equipment, also under an organisation's own path. */
const TEST_PAGE = /^(?:\/o\/[^/]+)?\/test\/?$/;

function startCall(): void {
  const environment = browserEnvironment();
  const { roomId, configuration } = environment.link;
  const call = createCall(environment);
  const app = new App();
  app.call = call;
  document.body.append(app);
  void desk.then((served) => served?.attach({ call, setLanguage: (language) => app.setLanguage(language) }));
  const { layout, theme } = configuration;
  if (theme !== undefined) document.documentElement.dataset['theme'] = theme;
  if (layout !== undefined) void import('./embedding/layout-wish.js').then(({ wishLayout }) => { wishLayout(call, layout); });
  call.subscribe((state) => {
    const address = returnFrom(sessionShelf(), roomId, state);
    // After leaving, the last screen goes there itself, when no slip is to be undone any more.
    if (address !== '' && state.ended?.code !== 'left') location.assign(address);
  });
}

const statement = statementOf(location.pathname);
if (TEST_PAGE.test(location.pathname)) void import('./network/open.js').then(({ openTest }) => { openTest(); });
else if (statement !== null) void import('./pages/statement.js').then(({ openStatement }) => { openStatement(statement); });
else if (isEntry(location.pathname)) void import('./entry/open.js').then(({ openEntry }) => { openEntry(startCall); });
else startCall();
