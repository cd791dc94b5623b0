// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { CallState } from '../../call-types.js';
import { NO_PICTURES, STORIES } from '../../pages/fixtures.js';
import { titleOf } from '../../pages/app.js';
import { present } from '../../testing/builders.js';
import { mount, part, unmountAll } from '../../testing/mount.js';
import { da } from '../../text/da.js';
import { readAlerts, WaitAlerts, writeAlerts } from './alerting.js';
import { LobbyAlerts } from './alerts.js';

const hosting = (count: number): CallState => {
  const call = present(STORIES['host-lobby'])(NO_PICTURES);
  const lobby = present(call.documents.lobby);
  return { ...call, documents: { ...call.documents, lobby: { ...lobby, waiting: lobby.waiting.slice(0, count) } } };
};

class FakeNotification {
  static permission: NotificationPermission = 'granted';
  static requestPermission = vi.fn(() => Promise.resolve(FakeNotification.permission));
  static made: FakeNotification[] = [];
  onclick: (() => void) | null = null;
  close = vi.fn();
  constructor(readonly text: string, readonly options: NotificationOptions) {
    FakeNotification.made.push(this);
  }
}

afterEach(() => {
  unmountAll();
  localStorage.clear();
  vi.unstubAllGlobals();
  FakeNotification.made = [];
});

function watch(): { alerts: WaitAlerts; said: string[]; sound: ReturnType<typeof vi.fn> } {
  const said: string[] = [];
  const sound = vi.fn(() => Promise.resolve());
  return { alerts: new WaitAlerts((text) => said.push(text), sound), said, sound };
}

describe('somebody who waits', () => {
  it('is read aloud and heard once, and not again while he waits', () => {
    const { alerts, said, sound } = watch();
    alerts.update(hosting(1), 'da');
    expect([said, sound.mock.calls.length]).toEqual([[], 0]);
    alerts.update(hosting(2), 'da');
    alerts.update(hosting(2), 'da');
    expect(said).toEqual(['Karl-Emil von Hohenberg-Christoffersen venter på at komme ind']);
    expect(sound).toHaveBeenCalledTimes(1);
    writeAlerts({ sound: false, notification: false });
    alerts.update(hosting(3), 'da');
    expect(sound).toHaveBeenCalledTimes(1);
    expect(said).toHaveLength(2);
  });

  it('is in a message of the browser without a name, only where it was asked for and nobody looks', () => {
    vi.stubGlobal('Notification', FakeNotification);
    const focus = vi.spyOn(document, 'hasFocus').mockReturnValue(false);
    const { alerts } = watch();
    alerts.update(hosting(0), 'da');
    alerts.update(hosting(1), 'da');
    expect(FakeNotification.made).toHaveLength(0);
    writeAlerts({ sound: true, notification: true });
    alerts.update(hosting(2), 'da');
    const [told] = FakeNotification.made;
    expect(told?.text).toBe('Der venter 2 på at komme ind i mødet');
    alerts.update(hosting(0), 'da');
    expect(told?.close).toHaveBeenCalled();
    focus.mockReturnValue(true);
    alerts.update(hosting(3), 'da');
    expect(FakeNotification.made).toHaveLength(1);
    focus.mockRestore();
  });

  it('is counted in the window’s title, for hosts', () => {
    expect(titleOf(hosting(2), da)).toMatch(/^\(2\) /);
    expect(titleOf(hosting(0), da)).not.toMatch(/^\(/);
  });
});

describe('vdx-lobby-alerts', () => {
  it('asks the browser on a click alone, and stays off where it says no', async () => {
    vi.stubGlobal('Notification', FakeNotification);
    FakeNotification.permission = 'denied';
    const element = await mount(new LobbyAlerts(), {});
    expect(FakeNotification.requestPermission).not.toHaveBeenCalled();
    part(element, '#notify').click();
    await vi.waitFor(() => { expect(element.renderRoot.textContent).toContain('Din browser viser ingen beskeder'); });
    expect(readAlerts().notification).toBe(false);
    FakeNotification.permission = 'granted';
    part(element, '#notify').click();
    await vi.waitFor(() => { expect(readAlerts().notification).toBe(true); });
  });
});
