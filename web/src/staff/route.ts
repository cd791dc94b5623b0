/** Which view the address names, in its fragment, so that back and forward lead through the page and a reload stays. */

export type Route =
  /** `day` '' is today. */
  | { readonly at: 'day'; readonly day: string }
  | { readonly at: 'book'; readonly day: string }
  | { readonly at: 'booked'; readonly uuid: string }
  | { readonly at: 'call' }
  | { readonly at: 'calling'; readonly uuid: string }
  | { readonly at: 'templates' }
  /** `id` null is a new one. */
  | { readonly at: 'template'; readonly id: number | null }
  | { readonly at: 'look' }
  | { readonly at: 'more' };

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const UUID = /^[0-9a-f-]{36}$/i;

/** What is not known is today. */
export function routeOf(fragment: string): Route {
  const [name = '', rest = ''] = fragment.replace(/^#?\/?/, '').split('?')[0]?.split('/') ?? [];
  switch (name) {
    case 'day':
      return { at: 'day', day: DAY.test(rest) ? rest : '' };
    case 'book':
      return { at: 'book', day: DAY.test(rest) ? rest : '' };
    case 'booked':
    case 'calling':
      return UUID.test(rest) ? { at: name, uuid: rest } : { at: 'day', day: '' };
    case 'templates':
      if (rest === 'new') return { at: 'template', id: null };
      return /^\d{1,15}$/.test(rest) ? { at: 'template', id: Number(rest) } : { at: 'templates' };
    case 'call':
    case 'look':
    case 'more':
      return { at: name };
    default:
      return { at: 'day', day: '' };
  }
}

export function fragmentOf(route: Route): string {
  switch (route.at) {
    case 'day':
      return route.day === '' ? '#/' : `#/day/${route.day}`;
    case 'book':
      return route.day === '' ? '#/book' : `#/book/${route.day}`;
    case 'booked':
    case 'calling':
      return `#/${route.at}/${route.uuid}`;
    case 'template':
      return `#/templates/${route.id === null ? 'new' : String(route.id)}`;
    default:
      return `#/${route.at}`;
  }
}

/** The secret of an administrator's invitation, as `vdxmedia admin invite` prints it; '' for none. */
export function invitationIn(fragment: string): string {
  return /^#([\w-]{43})$/.exec(fragment)?.[1] ?? '';
}

/** Why the server sent the browser here: the code of what went wrong on the way; '' for nothing. */
export function problemIn(fragment: string): string {
  const query = fragment.split('?')[1] ?? '';
  const code = new URLSearchParams(query).get('problem') ?? '';
  return /^[a-z_]{1,40}$/i.test(code) ? code : '';
}
