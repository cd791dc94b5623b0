/** What stands in the head of every page that people use, in one place: pages say `<!--head-->` there. */

import type { Plugin } from 'vite';

const HEAD = `<meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content" />
    <meta name="color-scheme" content="light dark" />
    <meta name="theme-color" media="(prefers-color-scheme: light)" content="#f6f3ec" />
    <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#1b1c19" />
    <meta name="robots" content="noindex" />
    <meta name="referrer" content="no-referrer" />
    <meta name="format-detection" content="telephone=no" />
    <meta name="vdx-languages" content="da en" />`;

export function commonHead(): Plugin {
  return { name: 'common-head', transformIndexHtml: { order: 'pre', handler: (page) => page.replace('<!--head-->', HEAD) } };
}
