/** The operator's page's beginning. */

import '../styles/base.css';
import { Operator } from './app.js';
import { operatorRequests } from './requests.js';

const page = new Operator();
page.requests = operatorRequests;
document.body.append(page);
