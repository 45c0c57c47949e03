import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decide } from '@candor/virtual-agent/decide.ts'
import type { Decision } from '@candor/virtual-agent/decision.ts'
import { trainIntents } from '@candor/virtual-agent/intents/train-intents.ts'
import { prepareAgent } from '@candor/virtual-agent/prepare-agent.ts'
import { languages, parseScript, type Script } from '@candor/virtual-agent/script.ts'
import { trainingExamples } from '@candor/virtual-agent/training-examples.ts'
import { upgradeScript } from '@candor/virtual-agent/upgrade-script.ts'
import { airlineScript } from './airline-script.ts'
import { retailerScript } from './retailer-script.ts'

/** How visitors put it, none of it word for word in the scripts. */
const asked: [Script, topic: string, texts: string[]][] = [
  [
    airlineScript,
    'change-flight',
    [
      'hi, my mother is ill and I was wondering if it is possible to move our flights from friday to sunday',
      'need to reschedule',
      'is there a fee for changing the departure date?',
      '¿Es posible cambiar la fecha del vuelo a la semana que viene?',
      'Kann ich meine Buchung auf nächste Woche verschieben?',
      'هل يمكنني تأجيل رحلتي إلى الأسبوع القادم؟',
    ],
  ],
  [
    airlineScript,
    'baggage',
    [
      'whats the weight limit for suitcases',
      'My bag weighs 26 kilos, is that too heavy?',
      '¿Cuántos kilos puede pesar la maleta?',
      'Wie schwer darf das Gepäck sein?',
      'كم وزن الحقائب المسموح به؟',
    ],
  ],
  [
    airlineScript,
    'check-in',
    [
      "I can't find my boarding pass",
      'from when can I check in?',
      'No encuentro la tarjeta de embarque',
      'Wo ist meine Bordkarte?',
      'كيف أحصل على بطاقة الصعود؟',
    ],
  ],
  [
    retailerScript,
    'order-status',
    [
      "my package still hasn't arrived",
      'where are my shoes? ordered them last week',
      '¿Cuándo va a llegar mi paquete?',
      'Wann wird mein Paket geliefert?',
      'متى سيصل طلبي؟',
    ],
  ],
  [
    retailerScript,
    'returns',
    [
      'these jeans are too small, can I exchange them for a bigger size',
      "I'd like to send back a jacket",
      '¿Puedo devolver unos zapatos que no me quedan bien?',
      'Wie kann ich die Hose umtauschen?',
      'كيف يمكنني إرجاع حذاء؟',
    ],
  ],
  [
    retailerScript,
    'store-hours',
    [
      'are the shops open this sunday?',
      '¿Qué horario tienen los domingos?',
      'Habt ihr am Samstag geöffnet?',
      'متى يفتح الفرع؟',
    ],
  ],
]

/** Each script as a definition, before it is trained and after. */
const agents = [false, true].flatMap((trained) =>
  [airlineScript, retailerScript].map((script) => {
    const definition = upgradeScript(script)
    const { language } = definition
    const model = trained
      ? trainIntents(trainingExamples(definition), { seed: 1, language, encoder: null })
      : null
    return {
      script,
      trained,
      agent: prepareAgent({ definition, version: 1, model, knowledge: null, encoder: null }),
    }
  }),
)

/** What it says untrained and trained. */
function said(script: Script, text: string): Decision[] {
  return agents
    .filter((each) => each.script === script)
    .map(({ agent }) =>
      decide(agent, {
        conversation: 'c1',
        id: 't1',
        occasion: { kind: 'said', text },
        history: [],
        state: null,
        locale: null,
        today: '2026-01-15',
        agentsOnline: true,
      }),
    )
}

for (const script of [airlineScript, retailerScript]) {
  test(`the script of ${script.name} is accepted as a tenant’s is`, () => {
    assert.deepEqual(parseScript(JSON.parse(JSON.stringify(script))), { script })
  })

  test(`${script.name} says everything in all four languages`, () => {
    const texts = [
      ...Object.values(script.phrases),
      ...script.topics.flatMap((topic) => [topic.title, topic.answer]),
    ]
    for (const text of texts) assert.deepEqual(Object.keys(text).sort(), [...languages].sort())
    for (const topic of script.topics)
      assert.deepEqual(Object.keys(topic.examples).sort(), [...languages].sort())
  })

  test(`every quick reply of ${script.name} leads to its topic in every language`, () => {
    for (const topic of script.topics)
      for (const language of languages) {
        for (const { say } of said(script, topic.title[language]!))
          assert.ok(say?.text.startsWith(topic.answer[language]!), topic.title[language])
      }
  })
}

for (const [script, id, texts] of asked)
  test(`${script.name} answers ${id}, asked in four languages and other words`, () => {
    const answers = Object.values(script.topics.find((topic) => topic.id === id)!.answer)
    for (const text of texts)
      for (const { say } of said(script, text)) assert.ok(answers.includes(say!.text), text)
  })

test('refunds of the airline and broken things of the retailer go to a person', () => {
  for (const [script, text, reason] of [
    [airlineScript, 'I would like my money back for the cancelled flight', 'refund'],
    [airlineScript, 'quiero que me devuelvan el importe', 'refund'],
    [airlineScript, 'Ich will mein Geld zurück', 'refund'],
    [airlineScript, 'أريد إلغاء الحجز واسترداد أموالي', 'refund'],
    [retailerScript, 'the zipper is faulty', 'damaged-item'],
  ] as const) {
    for (const decision of said(script, text))
      assert.equal(decision.kind === 'handOver' && decision.reason, reason, text)
  }
})

test('what they do not know they ask back about', () => {
  for (const [script, text] of [
    [airlineScript, 'can you recommend a restaurant in Lisbon'],
    [airlineScript, 'book a hotel'],
    [airlineScript, '¿Qué tiempo hace en Madrid?'],
    [airlineScript, 'erzähl mir einen Witz'],
    [airlineScript, 'ما هي عاصمة فرنسا'],
    [retailerScript, 'do you sell gift cards'],
    [retailerScript, 'are you hiring'],
  ] as const) {
    const { notUnderstood, whichOne } = script.phrases
    const questions = [...Object.values(notUnderstood), ...Object.values(whichOne)]
    for (const { say } of said(script, text)) assert.ok(questions.includes(say!.text), text)
  }
})
