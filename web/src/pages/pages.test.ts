// @vitest-environment happy-dom
import { describe, expect, it, vi } from 'vitest';
import type { CallCommands, CallState } from '../call-types.js';
import { da } from '../text/da.js';
import { en } from '../text/en.js';
import { screenOf, titleOf } from './app.js';
import { bannerOf, CALL_INSTEAD_MS } from './banners.js';
import { IDLE, inCall, NO_PICTURES, previewing, STORIES } from './fixtures.js';
import { messageOf } from './message.js';
import { ownStateText, ownTile } from './own-tile.js';

const stopScreenShare = vi.fn(() => Promise.resolve());
const setMicrophone = vi.fn(() => Promise.resolve());
const commands: CallCommands = { ...({} as CallCommands), stopScreenShare, setMicrophone };

describe('the screen and the title', () => {
  it.each(Object.entries(STORIES))('%s has one of each', (name, story) => {
    const state = story(NO_PICTURES);
    const [first = ''] = name.split('-');
    const expected = ['prejoin', 'pin', 'waiting'].includes(first) ? first : /^(ended|failed)/.test(name) ? 'message' : 'call';
    expect(screenOf(state)).toBe(expected);
    for (const words of [da, en]) expect(titleOf(state, words)).toMatch(/^.{3,} – .{3,}$/);
  });

  it('has words for every stop', () => {
    for (const [name, story] of Object.entries(STORIES)) {
      const message = messageOf(story(NO_PICTURES), da);
      expect(message !== null).toBe(/^(ended|failed)/.test(name));
    }
  });
});

describe('the banner', () => {
  const lost = { ...inCall(1), banners: ['reconnecting' as const] };

  it('blames the own connection for pictures that rest, and the server for those that rest because of it', () => {
    const call = inCall(2);
    const resting = (pausedByServer: boolean): typeof call.tiles => call.tiles.map((tile) => (tile.isSelf ? tile : { ...tile, paused: true, pausedByServer }));
    const weak = { ...call, banners: ['ownConnectionWeak' as const] };
    expect(bannerOf({ ...weak, tiles: resting(false) }, da, commands, 0)?.text).toBe('Forbindelsen er svag – billedet holder pause, lyden fortsætter.');
    expect(bannerOf({ ...weak, tiles: resting(true) }, da, commands, 0)?.code).toBe('serverBusy');
    const advised = { ...call, banners: ['reconnecting' as const, 'cameraAdvisedOff' as const] };
    expect(bannerOf({ ...advised, tiles: resting(true) }, da, commands, 0)?.code).toBe('reconnecting');
    expect(bannerOf({ ...call, tiles: resting(true) }, da, commands, 0)).toMatchObject({ code: 'serverBusy', isTrouble: false, text: 'Der er travlt på serveren – nogle billeder holder pause, lyden fortsætter.' });
    expect(bannerOf({ ...call, tiles: resting(false) }, da, commands, 0)).toBeNull();
  });

  it('blames the device, not the connection, while it is the device that cannot keep up', () => {
    const call = { ...inCall(2), isDeviceBusy: true, banners: ['ownConnectionWeak' as const] };
    const text = (change: Partial<CallState>): string | undefined => bannerOf({ ...call, ...change }, da, commands, 0)?.text;
    expect(text({})).toBe('Billedet kan hakke, for din telefon eller computer har meget at lave. Luk det, du ikke bruger.');
    const tiles = call.tiles.map((tile) => (tile.isSelf ? tile : { ...tile, paused: true, pausedByDevice: true }));
    expect(text({ tiles })).toBe('Din telefon eller computer har meget at lave – billedet holder pause, lyden fortsætter.');
    const advised = bannerOf({ ...call, banners: ['cameraAdvisedOff'] }, da, commands, 0);
    expect(advised).toMatchObject({ text: 'Din telefon eller computer har meget at lave. Uden kamera bliver din lyd bedre.', action: 'Sluk kamera' });
    expect(text({ banners: ['reconnecting'] })).toBe('Forbinder igen – bliv her.');
    expect(text({ isDeviceBusy: false })).toContain('Din forbindelse er svag');
  });

  it('asks to stay, and after a while offers the telephone', () => {
    const link = { ...lost.link, lostSince: 1000 };
    const early = bannerOf({ ...lost, link }, da, commands, 2000);
    expect(early?.text).toBe('Forbinder igen – bliv her.');
    expect(early?.phone).toBeNull();
    const late = bannerOf({ ...lost, link }, da, commands, 1000 + CALL_INSTEAD_MS);
    expect(late?.phone?.text).toBe('Ring 87 65 43 21');
  });

  it('leaves blocked sound to the large button', () => {
    expect(bannerOf({ ...inCall(1), banners: ['audioBlocked'] }, da, commands, 0)).toBeNull();
  });

  it('turns the microphone on from the banner that says it is off', () => {
    bannerOf({ ...inCall(1), banners: ['speakingWhileMuted'] }, da, commands, 0)?.run();
    expect(setMicrophone).toHaveBeenCalledWith(true);
  });

  it('says that the screen is shared, when nothing is wrong', () => {
    const state = inCall(1);
    const sharing = { ...state, local: { ...state.local, screen: { ...state.local.screen, on: true } } };
    const banner = bannerOf(sharing, da, commands, 0);
    expect(banner?.action).toBe('Stop deling');
    banner?.run();
    expect(stopScreenShare).toHaveBeenCalledOnce();
  });
});

describe('the own side', () => {
  it('is a tile before there is a seat, and the seated one after', () => {
    expect(ownTile(previewing())).toMatchObject({ isSelf: true, name: 'Inger Marie Holm', slot: null });
    const state = inCall(2);
    expect(ownTile(state)).toBe(state.tiles[0]);
  });
  it('is told in words', () => {
    expect(ownStateText(inCall(1), da)).toBe('');
    expect(ownStateText(IDLE, da)).toBe('Din mikrofon og dit kamera er slukket');
  });
});
