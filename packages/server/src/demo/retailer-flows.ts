import type { Flow } from '@candor/virtual-agent/flows/flow.ts'
import type { Tool } from '@candor/virtual-agent/flows/tool.ts'
import type { Choice, SlotType } from '@candor/virtual-agent/slots/slot-type.ts'
import { systemsKeyHeader } from './demo-systems.ts'

const orderNumber: SlotType = { kind: 'code', shapes: [`'MM'99999`] }

const states: Choice[] = [
  {
    id: 'packing',
    title: { en: 'being packed', es: 'en preparación', de: 'wird gepackt', ar: 'قيد التجهيز' },
  },
  { id: 'on-the-way', title: { en: 'on its way', es: 'en camino', de: 'unterwegs', ar: 'في الطريق' } },
  { id: 'delivered', title: { en: 'delivered', es: 'entregado', de: 'zugestellt', ar: 'تم التسليم' } },
  { id: 'delayed', title: { en: 'delayed', es: 'retrasado', de: 'verspätet', ar: 'متأخر' } },
]

const reasons: Choice[] = [
  {
    id: 'size',
    title: { en: 'Wrong size', es: 'La talla no va bien', de: 'Falsche Größe', ar: 'المقاس غير مناسب' },
    synonyms: {
      en: ['too small', 'too big', 'does not fit', 'size'],
      es: ['pequeño', 'grande', 'talla'],
      de: ['zu klein', 'zu groß', 'passt nicht', 'größe'],
      ar: ['صغير', 'كبير', 'المقاس'],
    },
  },
  {
    id: 'damaged',
    title: { en: 'Damaged', es: 'Está dañado', de: 'Beschädigt', ar: 'تالف' },
    synonyms: {
      en: ['broken', 'faulty', 'cracked', 'defective'],
      es: ['roto', 'defectuoso'],
      de: ['kaputt', 'defekt', 'zerbrochen'],
      ar: ['مكسور', 'معيب'],
    },
  },
  {
    id: 'changed-mind',
    title: { en: 'Changed my mind', es: 'He cambiado de idea', de: 'Es gefällt mir nicht', ar: 'غيّرت رأيي' },
    synonyms: {
      en: ['do not like it', 'no longer need it', 'changed mind'],
      es: ['no me gusta', 'ya no lo necesito'],
      de: ['brauche es nicht mehr', 'gefällt nicht'],
      ar: ['لم يعجبني', 'لم أعد بحاجة إليه'],
    },
  },
]

const ways: Choice[] = [
  {
    id: 'post',
    title: { en: 'By post', es: 'Por correo', de: 'Per Post', ar: 'بالبريد' },
    synonyms: { en: ['mail', 'send'], es: ['correo', 'enviar'], de: ['post', 'schicken'], ar: ['البريد'] },
  },
  {
    id: 'store',
    title: { en: 'In a store', es: 'En una tienda', de: 'Im Laden', ar: 'في المتجر' },
    synonyms: { en: ['store', 'shop'], es: ['tienda'], de: ['laden', 'filiale'], ar: ['المتجر'] },
  },
]

/** @param sitesUrl where the retailer's systems answer. */
export function retailerTools(sitesUrl: string): Tool[] {
  const systems = `${sitesUrl}/maple-main/systems`
  return [
    {
      id: 'find-order',
      title: { en: 'Look an order up' },
      effect: 'read',
      method: 'GET',
      url: `${systems}/orders/{order}`,
      input: [{ name: 'order', type: orderNumber, required: true }],
      output: [
        { name: 'found', type: { kind: 'yesNo' }, required: true },
        { name: 'status', type: { kind: 'choice', choices: states }, required: false },
        { name: 'ordered', type: { kind: 'date' }, required: false },
        { name: 'expected', type: { kind: 'date' }, required: false },
        { name: 'items', type: { kind: 'quantity', min: 1, max: 500 }, required: false },
        { name: 'returnable', type: { kind: 'yesNo' }, required: false },
      ],
      timeoutMs: 4_000,
      retries: 2,
      // Whoever tries numbers is stopped here.
      budgetPerConversation: 8,
    },
    {
      id: 'create-return',
      title: { en: 'Register a return' },
      effect: 'write',
      method: 'POST',
      url: `${systems}/orders/{order}/return`,
      input: [
        { name: 'order', type: orderNumber, required: true },
        { name: 'reason', type: { kind: 'choice', choices: reasons }, required: true },
        { name: 'way', type: { kind: 'choice', choices: ways }, required: true },
      ],
      output: [{ name: 'number', type: { kind: 'code', shapes: [`'RM'9999`] }, required: true }],
      timeoutMs: 4_000,
      retries: 2,
      budgetPerConversation: 2,
      secretHeader: systemsKeyHeader,
    },
  ]
}

const orderSlots: Flow['slots'] = [
  {
    name: 'order',
    title: { en: 'order number', es: 'número de pedido', de: 'Bestellnummer', ar: 'رقم الطلب' },
    type: orderNumber,
  },
  { name: 'found', title: { en: 'found' }, type: { kind: 'yesNo' } },
  {
    name: 'status',
    title: { en: 'status', es: 'estado', de: 'Status', ar: 'الحالة' },
    type: { kind: 'choice', choices: states },
  },
  {
    name: 'ordered',
    title: { en: 'ordered on', es: 'pedido el', de: 'bestellt am', ar: 'تاريخ الطلب' },
    type: { kind: 'date', prefer: 'past' },
  },
  {
    name: 'expected',
    title: { en: 'delivery', es: 'entrega', de: 'Lieferung', ar: 'التسليم' },
    type: { kind: 'date' },
  },
  {
    name: 'items',
    title: { en: 'items', es: 'artículos', de: 'Artikel', ar: 'المنتجات' },
    type: { kind: 'quantity', min: 1, max: 500 },
  },
  { name: 'returnable', title: { en: 'can be returned' }, type: { kind: 'yesNo' } },
]

const identify: Flow = {
  id: 'identify-order',
  title: {
    en: 'Find your order',
    es: 'Buscar su pedido',
    de: 'Ihre Bestellung finden',
    ar: 'العثور على طلبك',
  },
  slots: orderSlots,
  start: 'ask',
  steps: [
    {
      id: 'ask',
      kind: 'collect',
      slot: 'order',
      ask: {
        en: 'What is the order number? It looks like MM20418 and stands in your order e-mail.',
        es: '¿Cuál es el número de pedido? Es como MM20418 y está en el correo del pedido.',
        de: 'Wie lautet die Bestellnummer? Sie sieht aus wie MM20418 und steht in der Bestell-E-Mail.',
        ar: 'ما رقم الطلب؟ يبدو مثل MM20418 وتجده في رسالة الطلب.',
      },
      again: {
        en: 'I am looking for MM and five digits, such as MM20418.',
        es: 'Busco MM y cinco cifras, por ejemplo MM20418.',
        de: 'Ich suche MM und fünf Ziffern, zum Beispiel MM20418.',
        ar: 'أبحث عن MM وخمسة أرقام، مثل MM20418.',
      },
      next: 'find',
    },
    {
      id: 'find',
      kind: 'action',
      tool: 'find-order',
      args: { order: { slot: 'order' } },
      save: {
        found: 'found',
        status: 'status',
        ordered: 'ordered',
        expected: 'expected',
        items: 'items',
        returnable: 'returnable',
      },
      onRefused: 'too-often',
      next: [{ if: 'found', to: 'end' }, { else: 'not-found' }],
    },
    {
      id: 'not-found',
      kind: 'say',
      say: {
        en: 'There is no order {order}. Could you look at the number again?',
        es: 'No existe el pedido {order}. ¿Puede mirar otra vez el número?',
        de: 'Eine Bestellung {order} gibt es nicht. Können Sie noch einmal nachsehen?',
        ar: 'لا يوجد طلب {order}. هل يمكنك التحقق من الرقم مرة أخرى؟',
      },
      next: 'forget',
    },
    { id: 'forget', kind: 'set', values: { order: null, found: null }, next: 'ask' },
    { id: 'too-often', kind: 'handOver', reason: 'order-not-found' },
    { id: 'end', kind: 'end' },
  ],
}

const fromIdentify = Object.fromEntries(orderSlots.map(({ name }) => [name, name]))

const status: Flow = {
  id: 'order-status',
  title: { en: 'Your order', es: 'Su pedido', de: 'Ihre Bestellung', ar: 'طلبك' },
  description: 'Says where an order is; what is late goes to a person.',
  slots: orderSlots,
  start: 'identify',
  steps: [
    {
      id: 'identify',
      kind: 'call',
      flow: 'identify-order',
      with: { order: { slot: 'order' } },
      save: fromIdentify,
      next: [
        { if: `status = 'delayed'`, to: 'late' },
        { if: `status = 'delivered'`, to: 'there' },
        { else: 'coming' },
      ],
    },
    {
      id: 'coming',
      kind: 'say',
      say: {
        en: 'Order {order} of {ordered} is {status}. It should be with you on {expected}.',
        es: 'El pedido {order} del {ordered} está {status}. Debería llegarle el {expected}.',
        de: 'Die Bestellung {order} vom {ordered}: {status}. Sie sollte am {expected} bei Ihnen sein.',
        ar: 'الطلب {order} بتاريخ {ordered} {status}. يُتوقع وصوله يوم {expected}.',
      },
      next: 'end',
    },
    {
      id: 'there',
      kind: 'say',
      say: {
        en: 'Order {order} was delivered on {expected}. If it is not there, tell me and a colleague looks for it.',
        es: 'El pedido {order} se entregó el {expected}. Si no lo tiene, dígamelo y una persona lo buscará.',
        de: 'Die Bestellung {order} wurde am {expected} zugestellt. Ist sie nicht da, sagen Sie es, dann sucht jemand danach.',
        ar: 'تم تسليم الطلب {order} يوم {expected}. إذا لم يصلك فأخبرني وسيبحث عنه أحد زملائي.',
      },
      next: 'end',
    },
    {
      id: 'late',
      kind: 'say',
      say: {
        en: 'Order {order} is late, I am sorry: it is now expected on {expected}. A colleague will see what can be done.',
        es: 'El pedido {order} va con retraso, lo siento: ahora se espera el {expected}. Una persona verá qué se puede hacer.',
        de: 'Die Bestellung {order} verspätet sich, das tut mir leid: Erwartet wird sie jetzt am {expected}. Jemand aus dem Team sieht, was sich machen lässt.',
        ar: 'نأسف، الطلب {order} متأخر: يُتوقع الآن يوم {expected}. سيرى أحد زملائي ما يمكن فعله.',
      },
      next: 'person',
    },
    { id: 'person', kind: 'handOver', reason: 'order-late' },
    { id: 'end', kind: 'end' },
  ],
}

const giveBack: Flow = {
  id: 'start-return',
  title: { en: 'Your return', es: 'Su devolución', de: 'Ihre Rücksendung', ar: 'عملية الإرجاع' },
  description: 'Registers a return of what was delivered within 30 days, after the customer has said yes.',
  slots: [
    ...orderSlots,
    {
      name: 'reason',
      title: { en: 'reason', es: 'motivo', de: 'Grund', ar: 'السبب' },
      type: { kind: 'choice', choices: reasons },
    },
    {
      name: 'way',
      title: { en: 'how', es: 'cómo', de: 'wie', ar: 'الطريقة' },
      type: { kind: 'choice', choices: ways },
    },
    {
      name: 'number',
      title: { en: 'return number', es: 'número de devolución', de: 'Rücksendenummer', ar: 'رقم الإرجاع' },
      type: { kind: 'code', shapes: [`'RM'9999`] },
    },
  ],
  start: 'identify',
  steps: [
    {
      id: 'identify',
      kind: 'call',
      flow: 'identify-order',
      with: { order: { slot: 'order' } },
      save: fromIdentify,
      next: [{ if: 'returnable', to: 'ask-reason' }, { else: 'not-returnable' }],
    },
    {
      id: 'not-returnable',
      kind: 'say',
      say: {
        en: 'Order {order} ({status}) cannot be returned here: it has to be delivered, and not longer than 30 days ago.',
        es: 'El pedido {order} ({status}) no se puede devolver aquí: tiene que estar entregado, hace no más de 30 días.',
        de: 'Die Bestellung {order} ({status}) lässt sich hier nicht zurückgeben: Sie muss zugestellt sein, vor höchstens 30 Tagen.',
        ar: 'لا يمكن إرجاع الطلب {order} ({status}) هنا: يجب أن يكون قد سُلّم خلال آخر 30 يومًا.',
      },
      next: 'end',
    },
    {
      id: 'ask-reason',
      kind: 'collect',
      slot: 'reason',
      ask: {
        en: 'Why is it coming back?',
        es: '¿Por qué lo devuelve?',
        de: 'Warum kommt es zurück?',
        ar: 'ما سبب الإرجاع؟',
      },
      next: 'ask-way',
    },
    {
      id: 'ask-way',
      kind: 'collect',
      slot: 'way',
      ask: {
        en: 'How would you like to return it?',
        es: '¿Cómo quiere devolverlo?',
        de: 'Wie möchten Sie es zurückgeben?',
        ar: 'كيف تريد إرجاعه؟',
      },
      next: 'create',
    },
    {
      id: 'create',
      kind: 'action',
      tool: 'create-return',
      args: { order: { slot: 'order' }, reason: { slot: 'reason' }, way: { slot: 'way' } },
      save: { number: 'number' },
      confirm: {
        en: 'Register a return of order {order}? Reason: {reason}; {way}.',
        es: '¿Registro la devolución del pedido {order}? Motivo: {reason}; {way}.',
        de: 'Soll ich die Rückgabe der Bestellung {order} anmelden? Grund: {reason}; {way}.',
        ar: 'هل أسجّل إرجاع الطلب {order}؟ السبب: {reason}؛ {way}.',
      },
      next: 'created',
    },
    {
      id: 'created',
      kind: 'say',
      say: {
        en: 'Your return number is {number}. Show it in the store, or write it on the label; your money is back within five working days after we have it.',
        es: 'Su número de devolución es {number}. Enséñelo en la tienda o escríbalo en la etiqueta; le devolvemos el dinero en cinco días laborables desde que lo recibamos.',
        de: 'Ihre Rücksendenummer ist {number}. Zeigen Sie sie im Laden oder schreiben Sie sie auf das Etikett; Ihr Geld ist fünf Werktage nach Eingang zurück.',
        ar: 'رقم الإرجاع هو {number}. أبرزه في المتجر أو اكتبه على الملصق؛ يعود المبلغ خلال خمسة أيام عمل من استلامنا له.',
      },
      next: 'end',
    },
    { id: 'end', kind: 'end' },
  ],
}

export const retailerFlows: Flow[] = [identify, status, giveBack]
