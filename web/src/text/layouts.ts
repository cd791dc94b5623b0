/** The words of how pictures are arranged. */

import { spoken } from './spoken.js';

export interface LayoutWords {
  readonly title: string;
  readonly fixedByHost: string;
  readonly forAll: string;
  readonly forGuests: string;
  readonly forHosts: string;
  readonly eachChooses: string;
  readonly showsNames: string;
  readonly asMode: string;
  readonly pin: string;
  readonly unpin: string;
  readonly pinned: string;
  readonly left: (count: number) => string;
  /** By the names of `LAYOUTS`. */
  readonly names: Readonly<Record<string, string>>;
}

const da: LayoutWords = {
  title: 'Billedernes plads',
  fixedByHost: 'Værten bestemmer, hvordan billederne står.',
  forAll: 'For alle i mødet',
  forGuests: 'Hos gæsterne',
  forHosts: 'Hos værterne',
  eachChooses: 'Hver må vælge selv',
  showsNames: 'Navne på billederne',
  asMode: 'Automatisk',
  pin: 'Hold fast på skærmen',
  unpin: 'Slip igen',
  pinned: 'holdt fast',
  left: (count) => (count === 1 ? '1 deltager mere' : `${String(count)} deltagere mere`),
  names: {
    grid: 'Alle lige store',
    speaker: 'Den, der taler, stort',
    lecture: 'Værten stort, de andre småt',
    one_main_zero_pips: '1 stort billede',
    one_main_seven_pips: '1 stort og 7 små',
    one_main_twentyone_pips: '1 stort og 21 små',
    two_mains_twentyone_pips: '2 store og 21 små',
    four_mains_zero_pips: '4 lige store',
    five_mains_seven_pips: '5 store og 7 små',
    one_main_thirtythree_pips: '1 stort og 33 små',
    nine_mains_zero_pips: '9 lige store',
    sixteen_mains_zero_pips: '16 lige store',
    twentyfive_mains_zero_pips: '25 lige store',
  },
};

const en: LayoutWords = {
  title: 'Where the pictures are',
  fixedByHost: 'The host decides where the pictures are.',
  forAll: 'For everyone in the meeting',
  forGuests: 'For guests',
  forHosts: 'For hosts',
  eachChooses: 'Everyone may choose',
  showsNames: 'Names on the pictures',
  asMode: 'Automatic',
  pin: 'Keep on the screen',
  unpin: 'Let go again',
  pinned: 'kept on the screen',
  left: (count) => (count === 1 ? '1 more person' : `${String(count)} more people`),
  names: {
    grid: 'All the same size',
    speaker: 'Who speaks is large',
    lecture: 'The host large, the others small',
    one_main_zero_pips: '1 large picture',
    one_main_seven_pips: '1 large and 7 small',
    one_main_twentyone_pips: '1 large and 21 small',
    two_mains_twentyone_pips: '2 large and 21 small',
    four_mains_zero_pips: '4 the same size',
    five_mains_seven_pips: '5 large and 7 small',
    one_main_thirtythree_pips: '1 large and 33 small',
    nine_mains_zero_pips: '9 the same size',
    sixteen_mains_zero_pips: '16 the same size',
    twentyfive_mains_zero_pips: '25 the same size',
  },
};

export const layoutWords = spoken('layouts', { da, en });
