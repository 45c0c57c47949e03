import type { Flow } from '@candor/virtual-agent/flows/flow.ts'
import type { Tool } from '@candor/virtual-agent/flows/tool.ts'
import type { Choice, SlotType } from '@candor/virtual-agent/slots/slot-type.ts'
import { systemsKeyHeader } from './demo-systems.ts'

const bookingNumber: SlotType = { kind: 'code', shapes: [`'AU'9999`] }
const flightNumber: SlotType = { kind: 'code', shapes: [`'AA'999`] }
const euros: SlotType = { kind: 'money', currency: 'EUR', min: 0, max: 5_000 }

const routes: Choice[] = [
  {
    id: 'pdx-kef',
    title: {
      en: 'Portland to Reykjavík',
      es: 'Portland a Reikiavik',
      de: 'Portland nach Reykjavík',
      ar: 'بورتلاند إلى ريكيافيك',
    },
  },
  {
    id: 'pdx-lis',
    title: {
      en: 'Portland to Lisbon',
      es: 'Portland a Lisboa',
      de: 'Portland nach Lissabon',
      ar: 'بورتلاند إلى لشبونة',
    },
  },
  {
    id: 'kef-cdg',
    title: {
      en: 'Reykjavík to Paris',
      es: 'Reikiavik a París',
      de: 'Reykjavík nach Paris',
      ar: 'ريكيافيك إلى باريس',
    },
  },
]

const fares: Choice[] = [
  { id: 'light', title: { en: 'Light', es: 'Light', de: 'Light', ar: 'Light' } },
  { id: 'classic', title: { en: 'Classic', es: 'Classic', de: 'Classic', ar: 'Classic' } },
  { id: 'flex', title: { en: 'Flex', es: 'Flex', de: 'Flex', ar: 'Flex' } },
]

const halves: Choice[] = [
  {
    id: 'early',
    title: { en: 'The early one', es: 'El de la mañana', de: 'Den frühen', ar: 'الرحلة المبكرة' },
    synonyms: {
      en: ['early', 'earlier', 'morning', 'first'],
      es: ['mañana', 'temprano', 'primero'],
      de: ['früh', 'früher', 'morgens', 'ersten'],
      ar: ['المبكرة', 'الصباح', 'الأولى'],
    },
  },
  {
    id: 'late',
    title: { en: 'The later one', es: 'El más tarde', de: 'Den späteren', ar: 'الرحلة المتأخرة' },
    synonyms: {
      en: ['late', 'later', 'afternoon', 'evening', 'second', 'last'],
      es: ['tarde', 'segundo', 'último'],
      de: ['spät', 'später', 'abends', 'nachmittags', 'zweiten', 'letzten'],
      ar: ['المتأخرة', 'المساء', 'الثانية'],
    },
  },
]

/** @param sitesUrl where the airline's systems answer. */
export function airlineTools(sitesUrl: string): Tool[] {
  const systems = `${sitesUrl}/aurora-air/systems`
  const common = { timeoutMs: 4_000, retries: 2 } as const
  return [
    {
      id: 'find-booking',
      title: { en: 'Look a booking up' },
      effect: 'read',
      method: 'GET',
      url: `${systems}/bookings/{booking}`,
      input: [
        { name: 'booking', type: bookingNumber, required: true },
        { name: 'surname', type: { kind: 'text', charactersMax: 120 }, required: true },
      ],
      output: [
        { name: 'found', type: { kind: 'yesNo' }, required: true },
        { name: 'route', type: { kind: 'choice', choices: routes }, required: false },
        { name: 'flight', type: flightNumber, required: false },
        { name: 'day', type: { kind: 'date' }, required: false },
        { name: 'time', type: { kind: 'time' }, required: false },
        { name: 'fare', type: { kind: 'choice', choices: fares }, required: false },
        { name: 'changeable', type: { kind: 'yesNo' }, required: false },
        { name: 'fee', type: euros, required: false },
        { name: 'bags', type: { kind: 'quantity', min: 0, max: 20 }, required: false },
      ],
      ...common,
      // Whoever tries numbers is stopped here.
      budgetPerConversation: 8,
    },
    {
      id: 'find-flights',
      title: { en: 'Find other flights' },
      effect: 'read',
      method: 'GET',
      url: `${systems}/bookings/{booking}/flights`,
      input: [
        { name: 'booking', type: bookingNumber, required: true },
        { name: 'day', type: { kind: 'date' }, required: true },
      ],
      output: [
        { name: 'free', type: { kind: 'yesNo' }, required: true },
        { name: 'early', type: { kind: 'time' }, required: false },
        { name: 'late', type: { kind: 'time' }, required: false },
      ],
      ...common,
      budgetPerConversation: 12,
      policy: 'day >= today',
    },
    {
      id: 'change-booking',
      title: { en: 'Move a booking to another flight' },
      effect: 'write',
      method: 'POST',
      url: `${systems}/bookings/{booking}/change`,
      input: [
        { name: 'booking', type: bookingNumber, required: true },
        { name: 'day', type: { kind: 'date' }, required: true },
        { name: 'time', type: { kind: 'time' }, required: true },
        { name: 'fee', type: euros, required: true },
      ],
      output: [{ name: 'moved', type: { kind: 'yesNo' }, required: true }],
      ...common,
      budgetPerConversation: 2,
      policy: 'day >= today and fee <= 45',
      secretHeader: systemsKeyHeader,
    },
  ]
}

const bookingSlots: Flow['slots'] = [
  {
    name: 'booking',
    title: { en: 'booking number', es: 'número de reserva', de: 'Buchungsnummer', ar: 'رقم الحجز' },
    type: bookingNumber,
  },
  {
    name: 'surname',
    title: { en: 'surname', es: 'apellido', de: 'Nachname', ar: 'اسم العائلة' },
    type: { kind: 'text', charactersMax: 120 },
  },
  { name: 'found', title: { en: 'found' }, type: { kind: 'yesNo' } },
  {
    name: 'route',
    title: { en: 'route', es: 'trayecto', de: 'Strecke', ar: 'المسار' },
    type: { kind: 'choice', choices: routes },
  },
  { name: 'flight', title: { en: 'flight', es: 'vuelo', de: 'Flug', ar: 'الرحلة' }, type: flightNumber },
  { name: 'day', title: { en: 'day', es: 'día', de: 'Tag', ar: 'اليوم' }, type: { kind: 'date' } },
  { name: 'time', title: { en: 'time', es: 'hora', de: 'Uhrzeit', ar: 'الوقت' }, type: { kind: 'time' } },
  {
    name: 'fare',
    title: { en: 'fare', es: 'tarifa', de: 'Tarif', ar: 'فئة التذكرة' },
    type: { kind: 'choice', choices: fares },
  },
  { name: 'changeable', title: { en: 'can be changed' }, type: { kind: 'yesNo' } },
  { name: 'fee', title: { en: 'fee', es: 'cargo', de: 'Gebühr', ar: 'الرسوم' }, type: euros },
  {
    name: 'bags',
    title: { en: 'bags', es: 'maletas', de: 'Gepäckstücke', ar: 'الحقائب' },
    type: { kind: 'quantity', min: 0, max: 20 },
  },
]

/** Which booking it is about; both flows below begin with it. */
const identify: Flow = {
  id: 'identify-booking',
  title: {
    en: 'Find your booking',
    es: 'Buscar su reserva',
    de: 'Ihre Buchung finden',
    ar: 'العثور على حجزك',
  },
  slots: bookingSlots,
  start: 'ask-booking',
  steps: [
    {
      id: 'ask-booking',
      kind: 'collect',
      slot: 'booking',
      ask: {
        en: 'What is your booking number? It looks like AU4821 and stands in your confirmation.',
        es: '¿Cuál es su número de reserva? Es como AU4821 y está en su confirmación.',
        de: 'Wie lautet Ihre Buchungsnummer? Sie sieht aus wie AU4821 und steht in der Bestätigung.',
        ar: 'ما رقم حجزك؟ يبدو مثل AU4821 وتجده في رسالة التأكيد.',
      },
      again: {
        en: 'I am looking for two letters and four digits, such as AU4821.',
        es: 'Busco dos letras y cuatro cifras, por ejemplo AU4821.',
        de: 'Ich suche zwei Buchstaben und vier Ziffern, zum Beispiel AU4821.',
        ar: 'أبحث عن حرفين وأربعة أرقام، مثل AU4821.',
      },
      next: 'ask-surname',
    },
    {
      id: 'ask-surname',
      kind: 'collect',
      slot: 'surname',
      ask: {
        en: 'And the surname on the booking?',
        es: '¿Y el apellido de la reserva?',
        de: 'Und der Nachname in der Buchung?',
        ar: 'وما اسم العائلة في الحجز؟',
      },
      next: 'find',
    },
    {
      id: 'find',
      kind: 'action',
      tool: 'find-booking',
      args: { booking: { slot: 'booking' }, surname: { slot: 'surname' } },
      save: {
        found: 'found',
        route: 'route',
        flight: 'flight',
        day: 'day',
        time: 'time',
        fare: 'fare',
        changeable: 'changeable',
        fee: 'fee',
        bags: 'bags',
      },
      onRefused: 'too-often',
      next: [{ if: 'found', to: 'end' }, { else: 'not-found' }],
    },
    {
      id: 'not-found',
      kind: 'say',
      say: {
        en: 'I do not find {booking} under that name. Let us try once more.',
        es: 'No encuentro {booking} con ese nombre. Probemos otra vez.',
        de: 'Ich finde {booking} unter diesem Namen nicht. Versuchen wir es noch einmal.',
        ar: 'لا أجد {booking} بهذا الاسم. لنحاول مرة أخرى.',
      },
      next: 'forget',
    },
    {
      id: 'forget',
      kind: 'set',
      values: { booking: null, surname: null, found: null },
      next: 'ask-booking',
    },
    { id: 'too-often', kind: 'handOver', reason: 'booking-not-found' },
    { id: 'end', kind: 'end' },
  ],
}

const fromIdentify = Object.fromEntries(bookingSlots.map(({ name }) => [name, name]))

const lookUp: Flow = {
  id: 'booking-lookup',
  title: { en: 'Your booking', es: 'Su reserva', de: 'Ihre Buchung', ar: 'حجزك' },
  description: 'Says what a booking holds, to whoever knows its number and the name in it.',
  slots: bookingSlots,
  start: 'identify',
  steps: [
    {
      id: 'identify',
      kind: 'call',
      flow: 'identify-booking',
      with: { booking: { slot: 'booking' } },
      save: fromIdentify,
      next: 'show',
    },
    {
      id: 'show',
      kind: 'say',
      say: {
        en: 'Booking {booking}: {route}, flight {flight} on {day} at {time}. Fare {fare}, checked bags: {bags}.',
        es: 'Reserva {booking}: {route}, vuelo {flight} el {day} a las {time}. Tarifa {fare}, maletas facturadas: {bags}.',
        de: 'Buchung {booking}: {route}, Flug {flight} am {day} um {time}. Tarif {fare}, aufgegebene Gepäckstücke: {bags}.',
        ar: 'الحجز {booking}: {route}، الرحلة {flight} يوم {day} الساعة {time}. الفئة {fare}، الحقائب المسجلة: {bags}.',
      },
      next: 'end',
    },
    { id: 'end', kind: 'end' },
  ],
}

const change: Flow = {
  id: 'flight-change',
  title: { en: 'Change your flight', es: 'Cambiar su vuelo', de: 'Ihren Flug umbuchen', ar: 'تغيير رحلتك' },
  description: 'Moves a booking to another day, for at most 45 €, after the customer has said yes.',
  slots: [
    ...bookingSlots,
    {
      name: 'new_day',
      title: { en: 'new day', es: 'nuevo día', de: 'neuer Tag', ar: 'اليوم الجديد' },
      type: { kind: 'date' },
    },
    { name: 'free', title: { en: 'seats free' }, type: { kind: 'yesNo' } },
    { name: 'early', title: { en: 'early flight' }, type: { kind: 'time' } },
    { name: 'late', title: { en: 'late flight' }, type: { kind: 'time' } },
    {
      name: 'which',
      title: { en: 'which flight', es: 'qué vuelo', de: 'welcher Flug', ar: 'أيّ رحلة' },
      type: { kind: 'choice', choices: halves },
    },
    { name: 'moved', title: { en: 'moved' }, type: { kind: 'yesNo' } },
  ],
  start: 'identify',
  steps: [
    {
      id: 'identify',
      kind: 'call',
      flow: 'identify-booking',
      with: { booking: { slot: 'booking' } },
      save: fromIdentify,
      next: [{ if: 'changeable', to: 'found' }, { else: 'fixed' }],
    },
    {
      id: 'fixed',
      kind: 'say',
      say: {
        en: 'Your booking {booking} is a {fare} fare, and those cannot be moved to another day. A colleague can look at what else is possible.',
        es: 'Su reserva {booking} tiene tarifa {fare}, que no permite cambiar de día. Una persona del equipo puede ver qué otra cosa es posible.',
        de: 'Ihre Buchung {booking} hat den Tarif {fare}, der sich nicht verschieben lässt. Jemand aus dem Team kann sehen, was sonst möglich ist.',
        ar: 'حجزك {booking} من فئة {fare} ولا يمكن نقله إلى يوم آخر. يمكن لأحد زملائي النظر في ما هو ممكن.',
      },
      next: 'person',
    },
    { id: 'person', kind: 'handOver', reason: 'fare-not-changeable' },
    {
      id: 'found',
      kind: 'say',
      say: {
        en: 'I see {route} on {day} at {time}, fare {fare}.',
        es: 'Veo {route} el {day} a las {time}, tarifa {fare}.',
        de: 'Ich sehe {route} am {day} um {time}, Tarif {fare}.',
        ar: 'أرى {route} يوم {day} الساعة {time}، الفئة {fare}.',
      },
      next: 'ask-day',
    },
    {
      id: 'ask-day',
      kind: 'collect',
      slot: 'new_day',
      ask: {
        en: 'To which day would you like to move it?',
        es: '¿A qué día quiere cambiarlo?',
        de: 'Auf welchen Tag möchten Sie umbuchen?',
        ar: 'إلى أيّ يوم تريد نقلها؟',
      },
      again: {
        en: 'Which day would suit you? For example “next Friday” or “5 May”.',
        es: '¿Qué día le conviene? Por ejemplo «el próximo viernes» o «5 de mayo».',
        de: 'Welcher Tag passt Ihnen? Zum Beispiel „nächsten Freitag“ oder „5. Mai“.',
        ar: 'أيّ يوم يناسبك؟ مثلًا «الجمعة القادمة» أو «5 مايو».',
      },
      rejections: [
        {
          if: 'new_day < today',
          say: {
            en: '{new_day} has passed.',
            es: 'El {new_day} ya pasó.',
            de: 'Der {new_day} ist schon vorbei.',
            ar: 'لقد مضى {new_day}.',
          },
        },
        {
          if: 'new_day > today + 330 days',
          say: {
            en: 'We sell flights up to 330 days ahead; {new_day} is later than that.',
            es: 'Vendemos vuelos con hasta 330 días de antelación; el {new_day} es más tarde.',
            de: 'Wir verkaufen Flüge bis 330 Tage im Voraus; der {new_day} liegt später.',
            ar: 'نبيع الرحلات حتى 330 يومًا مقدمًا، و{new_day} بعد ذلك.',
          },
        },
      ],
      next: 'find',
    },
    {
      id: 'find',
      kind: 'action',
      tool: 'find-flights',
      args: { booking: { slot: 'booking' }, day: { slot: 'new_day' } },
      save: { free: 'free', early: 'early', late: 'late' },
      next: [{ if: 'free', to: 'choose' }, { else: 'full' }],
    },
    {
      id: 'full',
      kind: 'say',
      say: {
        en: 'We do not fly that route on {new_day}.',
        es: 'El {new_day} no volamos esa ruta.',
        de: 'Am {new_day} fliegen wir diese Strecke nicht.',
        ar: 'لا نسيّر هذا المسار يوم {new_day}.',
      },
      next: 'forget-day',
    },
    { id: 'forget-day', kind: 'set', values: { new_day: null, free: null }, next: 'ask-day' },
    {
      id: 'choose',
      kind: 'collect',
      slot: 'which',
      ask: {
        en: 'On {new_day} there are seats at {early} and at {late}. Which one?',
        es: 'El {new_day} hay plazas a las {early} y a las {late}. ¿Cuál prefiere?',
        de: 'Am {new_day} sind um {early} und um {late} Plätze frei. Welchen Flug?',
        ar: 'يوم {new_day} توجد مقاعد الساعة {early} والساعة {late}. أيّهما تفضّل؟',
      },
      next: [{ if: `which = 'early'`, to: 'move-early' }, { else: 'move-late' }],
    },
    moveStep('move-early', 'early'),
    moveStep('move-late', 'late'),
    {
      id: 'moved',
      kind: 'say',
      say: {
        en: 'Done: {booking} is on {new_day} now. The new confirmation comes by e-mail; a fee is settled on the “My booking” page, never in this chat.',
        es: 'Listo: {booking} es ahora el {new_day}. La nueva confirmación llega por correo; el cargo se paga en la página «Mi reserva», nunca en este chat.',
        de: 'Erledigt: {booking} ist jetzt am {new_day}. Die neue Bestätigung kommt per E-Mail; eine Gebühr bezahlen Sie auf der Seite „Meine Buchung“, nie in diesem Chat.',
        ar: 'تم: أصبح {booking} يوم {new_day}. سيصلك التأكيد الجديد بالبريد الإلكتروني، وتُدفع الرسوم في صفحة «حجزي» وليس في هذه المحادثة.',
      },
      next: 'end',
    },
    { id: 'end', kind: 'end' },
  ],
}

function moveStep(id: string, time: 'early' | 'late'): Flow['steps'][number] {
  return {
    id,
    kind: 'action',
    tool: 'change-booking',
    args: {
      booking: { slot: 'booking' },
      day: { slot: 'new_day' },
      time: { slot: time },
      fee: { slot: 'fee' },
    },
    save: { moved: 'moved' },
    confirm: {
      en: `Move {booking} to {new_day} at {${time}}? The change costs {fee}, plus any difference in fare.`,
      es: `¿Cambio {booking} al {new_day} a las {${time}}? El cambio cuesta {fee}, más la diferencia de tarifa.`,
      de: `Soll ich {booking} auf den {new_day} um {${time}} umbuchen? Die Umbuchung kostet {fee}, zuzüglich der Tarifdifferenz.`,
      ar: `هل أنقل {booking} إلى {new_day} الساعة {${time}}؟ تكلفة التغيير {fee} إضافة إلى فرق السعر.`,
    },
    next: 'moved',
  }
}

export const airlineFlows: Flow[] = [identify, lookUp, change]
