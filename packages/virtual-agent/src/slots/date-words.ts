import type { Language } from '../script.ts'

/** How a language speaks of days, as `foldText` leaves it. Longer words stand before those they begin with. */
export interface DateWords {
  /** Twelve, each with its spellings. */
  months: string[][]
  /** Seven from Sunday. */
  weekdays: string[][]
  /** Words for one day, in days from today. */
  days: [words: string, offset: number][]
  next: string
  last: string
  current: string
  units: { day: string; week: string; month: string; year: string }
  /** Before a length of time that is still to pass, and after one that is to pass. */
  ahead: string
  aheadAfter: string
  /** Before and after a length of time that has passed. */
  ago: string
  agoAfter: string
  ordinal: string
  of: string
  from: string
  to: string
  since: string
  weekend: string
  a: string
}

export const dateWords: Record<Language, DateWords> = {
  en: {
    months:
      list(`january,jan|february,feb|march,mar|april,apr|may|june,jun|july,jul|august,aug|september,sept,sep|
      october,oct|november,nov|december,dec`),
    weekdays: list(
      'sunday,sun|monday,mon|tuesday,tues,tue|wednesday,wed|thursday,thurs,thur,thu|friday,fri|saturday,sat',
    ),
    days: [
      ['the day after tomorrow|day after tomorrow', 2],
      ['the day before yesterday|day before yesterday', -2],
      ['tomorrow(?: morning| afternoon| evening| night)?|tmrw|tomorow|tommorow|tommorrow', 1],
      ['yesterday(?: morning| afternoon| evening)?|last night', -1],
      ['today|tonight|this morning|this afternoon|this evening', 0],
    ],
    next: 'next|following',
    last: 'last|past|previous',
    current: 'this|current|coming|upcoming',
    units: { day: 'days?', week: 'weeks?', month: 'months?', year: 'years?' },
    ahead: 'in',
    aheadAfter: '(?:away )?from now|from today|later',
    ago: '',
    agoAfter: 'ago',
    ordinal: 'st|nd|rd|th',
    of: 'of|in',
    from: 'from|between',
    to: 'to|until|till|through|and',
    since: 'since',
    weekend: 'weekend',
    a: 'a|an|one',
  },
  es: {
    months: list(`enero,ene|febrero,feb|marzo,mar|abril,abr|mayo,may|junio,jun|julio,jul|agosto,ago|
      septiembre,setiembre,sept,sep|octubre,oct|noviembre,nov|diciembre,dic`),
    weekdays: list('domingo|lunes|martes|miercoles|jueves|viernes|sabado'),
    days: [
      ['pasado manana', 2],
      ['anteayer|antes de ayer', -2],
      ['manana', 1],
      ['ayer|anoche', -1],
      ['hoy|esta manana|esta tarde|esta noche', 0],
    ],
    next: 'proxim[oa]|que viene|siguiente',
    last: 'pasad[oa]|ultim[oa]',
    current: 'est[ea]',
    units: { day: 'dias?', week: 'semanas?', month: 'mes(?:es)?', year: 'anos?' },
    ahead: 'en|dentro de',
    aheadAfter: 'despues|mas tarde',
    ago: 'hace',
    agoAfter: 'atras',
    ordinal: 'º|ro|er|o',
    of: 'del?',
    from: 'del?|desde(?: el)?|entre(?: el)?',
    to: 'al?|hasta(?: el)?|y(?: el)?',
    since: 'desde(?: el)?',
    weekend: 'fin de semana',
    a: 'un|una',
  },
  de: {
    months:
      list(`januar,janner,jan|februar,feber,feb|marz,mar|april,apr|mai|juni,juno,jun|juli,julei,jul|august,aug|
      september,sept,sep|oktober,okt|november,nov|dezember,dez`),
    weekdays: list(
      'sonntag,so|montag,mo|dienstag,di|mittwoch,mi|donnerstag,do|freitag,fr|samstag,sonnabend,sa',
    ),
    days: [
      ['ubermorgen', 2],
      ['vorgestern', -2],
      ['morgen (?:fruh|vormittag|mittag|nachmittag|abend)|morgen', 1],
      ['gestern(?: fruh| abend)?|gestern', -1],
      ['heute(?: fruh| abend| nacht)?', 0],
    ],
    next: 'nachste[nrms]?|kommende[nrms]?',
    last: 'letzte[nrms]?|vorige[nrms]?|vergangene[nrms]?',
    current: 'diese[nrms]?|aktuelle[nrms]?',
    units: { day: 'tage?n?', week: 'wochen?', month: 'monate?n?', year: 'jahre?n?' },
    ahead: 'in',
    aheadAfter: 'spater',
    ago: 'vor',
    agoAfter: '',
    ordinal: '\\.|te[nr]?|ste[nr]?',
    of: 'im|des|der',
    from: 'von|vom|zwischen(?: dem)?',
    to: 'bis(?: zum)?|und(?: dem)?',
    since: 'seit(?: dem)?',
    weekend: 'wochenende',
    a: 'einem|einer|einen|eine|ein',
  },
  ar: {
    months: list('يناير|فبراير|مارس|ابريل|مايو|يونيو|يوليو|اغسطس|سبتمبر|اكتوبر|نوفمبر|ديسمبر'),
    weekdays: list('الاحد|الاثنين|الثلاثاء|الاربعاء|الخميس|الجمعه|السبت'),
    days: [
      ['بعد غد', 2],
      ['اول امس', -2],
      ['غدا', 1],
      ['امس|البارحه', -1],
      ['اليوم', 0],
    ],
    next: 'القادمه?|المقبله?',
    last: 'الماضيه?',
    current: 'هذا|هذه',
    units: { day: 'يوم|ايام', week: 'اسبوع|اسابيع', month: 'شهر|اشهر', year: 'سنه|سنوات' },
    ahead: 'بعد|خلال',
    aheadAfter: '',
    ago: 'قبل|منذ',
    agoAfter: '',
    ordinal: '',
    of: 'من',
    from: 'من',
    to: 'الي|حتي',
    since: 'منذ',
    weekend: 'نهايه الاسبوع',
    a: '',
  },
}

function list(written: string): string[][] {
  return written.split(/\|\s*/).map((spellings) => spellings.split(','))
}
