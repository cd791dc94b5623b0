/** Which browser, system and kind of device this is, as coarse words: for the help desk, and for hosts. */

export type BrowserName = 'chrome' | 'edge' | 'firefox' | 'safari' | 'samsung' | 'other';
export type SystemName = 'windows' | 'mac' | 'linux' | 'chromeos' | 'android' | 'ios' | 'other';
export type DeviceName = 'phone' | 'tablet' | 'computer';

export interface Platform {
  readonly browser: BrowserName;
  readonly version: number;
  readonly system: SystemName;
  readonly device: DeviceName;
}

/** The first that fits: most of them call themselves Chrome and Safari too. */
const BROWSERS: readonly (readonly [BrowserName, RegExp])[] = [
  ['edge', /Edg(?:A|iOS)?\/(\d+)/],
  ['samsung', /SamsungBrowser\/(\d+)/],
  ['firefox', /(?:Firefox|FxiOS)\/(\d+)/],
  ['chrome', /(?:Chrome|CriOS)\/(\d+)/],
  ['safari', /Version\/(\d+)[\d.]* (?:Mobile\/\w+ )?Safari/],
];

const SYSTEMS: readonly (readonly [SystemName, RegExp])[] = [
  ['ios', /iPhone|iPad|iPod/],
  ['android', /Android/],
  ['windows', /Windows/],
  ['chromeos', /CrOS/],
  ['mac', /Mac OS X|Macintosh/],
  ['linux', /Linux/],
];

const MAX_VERSION = 9999;

/** `touchPoints`: an iPad says that it is a Mac, which has none. */
export function platformOf(userAgent: string, touchPoints: number): Platform {
  const isPad = /iPad/.test(userAgent) || (/Macintosh/.test(userAgent) && touchPoints > 1);
  const [browser, found] = BROWSERS.map(([name, sign]) => [name, sign.exec(userAgent)] as const).find(([, match]) => match !== null) ?? ['other', null];
  const system = isPad ? 'ios' : (SYSTEMS.find(([, sign]) => sign.test(userAgent))?.[0] ?? 'other');
  const isPhone = /iPhone|iPod/.test(userAgent) || (/Android/.test(userAgent) && /Mobile/.test(userAgent));
  const isTablet = isPad || (/Android/.test(userAgent) && !isPhone);
  return {
    browser,
    version: Math.min(Number(found?.[1] ?? 0), MAX_VERSION),
    system,
    device: isPhone ? 'phone' : isTablet ? 'tablet' : 'computer',
  };
}

/** Names that need no translation. */
export const BROWSER_NAMES: Readonly<Record<BrowserName, string>> = {
  chrome: 'Chrome', edge: 'Edge', firefox: 'Firefox', safari: 'Safari', samsung: 'Samsung Internet', other: '',
};

export const SYSTEM_NAMES: Readonly<Record<SystemName, string>> = {
  windows: 'Windows', mac: 'macOS', linux: 'Linux', chromeos: 'ChromeOS', android: 'Android', ios: 'iOS', other: '',
};
