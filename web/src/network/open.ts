/**
 * Shows the page on which people try their equipment: `/test`, or with a booking's link `/test#TOKEN`,
 * `/test#m=SHORT_ID`, or a room's `/test#t=TOKEN`. Fetched only by who needs it.
 */

import { sessionShelf } from '../entry/return.js';
import { showColours } from '../look/colours.js';
import { askLook, type Look } from '../look/look.js';
import { organisationOf, prefixOf } from '../organisation-path.js';
import { askEntrance } from '../protocol/entrance.js';
import { languageOf } from '../text/languages.js';
import { takeTestLink, type TestLink } from './link.js';
import type { BookedLink } from './tell.js';
import { NO_OCCASION, TestPage, type TestOccasion } from './test-page.js';
import { browserTrial } from './trial-environment.js';

export function openTest(): void {
  const link = takeTestLink(sessionShelf());
  const page = new TestPage();
  page.environment = browserTrial(bookedBy(link));
  page.language = languageOf(new URLSearchParams(location.search).get('lang'));
  document.body.append(page);
  void occasionOf(link).then((occasion) => {
    page.occasion = occasion;
    void showColours(occasion.look);
  });
}

/** Of the path, and of the meeting that the token is for. */
function lookOf(token: string | null): Promise<Look | null> {
  return askLook(organisationOf(location.pathname), token);
}

function ofLook(look: Look | null): Pick<TestOccasion, 'look' | 'inviter'> {
  return { look, inviter: look === null ? null : { organisation: look.name, helpLine: look.helpLine } };
}

function bookedBy({ invitation, shortId }: TestLink): BookedLink | null {
  if (invitation !== '') return { invitation };
  return shortId === '' ? null : { shortId };
}

/** Only a help: the test is the same without. */
async function occasionOf({ invitation, shortId, token }: TestLink): Promise<TestOccasion> {
  if (invitation === '' && shortId === '') return { ...NO_OCCASION, ...ofLook(await lookOf(token === '' ? null : token)) };
  const way = invitation === '' ? { kind: 'shortId' as const, shortId } : { kind: 'invitation' as const, token: invitation };
  const [answer, inviter] = await askEntrance({ way, pin: '', returnUrl: '' });
  const isThere = answer.state === 'open' || answer.state === 'notYet' || answer.state === 'pinRequired';
  const path = invitation === '' ? `/m/${shortId}` : `/i#${invitation}`;
  return {
    inviter,
    look: await lookOf(answer.state === 'open' ? answer.token : null),
    startsAt: answer.state === 'notYet' ? answer.startsAt : null,
    meetingAddress: isThere ? `${prefixOf(location.pathname)}${path}` : '',
  };
}
