/** The staff page's beginning. */

import '../styles/base.css';
import { Staff } from './app.js';
import { staffRequests } from './requests.js';

const page = new Staff();
page.requests = staffRequests;
document.body.append(page);
