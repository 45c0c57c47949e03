import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '@candor/protocol/refusals.ts'
import { composeNotice } from './compose-notice.ts'
import { contentRuleOf } from './content-rules.ts'
import { shippedRules } from '../clocks/rules/shipped-rules.ts'
import { lintNotice } from './lint-notice.ts'
import { noticeHtml } from './notice-html.ts'
import { noticeText } from './notice-text.ts'
import { parseFacts } from './parse-facts.ts'
import { parseTemplate } from './parse-template.ts'
import { standardTemplates } from './standard-templates.ts'
import type { Template } from './template.ts'
import { exampleFacts, exampleMaterial, examplePerson } from './test/example-notice.ts'

const changed = (change: (template: Template) => void): Template => {
  const template = structuredClone(standardTemplates.en)
  change(template)
  return template
}

test('the standard templates hold what every jurisdiction asks of a stolen card and a password', () => {
  const places = new Set(
    shippedRules.flatMap(({ audience, reach }) =>
      audience === 'individuals' && reach.of === 'residents' ? reach.jurisdictions : [],
    ),
  )
  assert.ok(places.size >= 80, `${places.size} jurisdictions`)
  const facts = structuredClone(exampleFacts)
  facts.words.es!.consequences = 'Otra persona puede usar su tarjeta.'
  for (const language of ['en', 'es'] as const)
    for (const jurisdiction of [...places, 'JP']) {
      const group = { jurisdiction, language, categories: ['payment-card', 'credentials'] as const }
      assert.deepEqual(lintNotice({ ...exampleMaterial, facts }, group), [], `${jurisdiction} in ${language}`)
    }
})

test('California’s notice has the title and the five headings in order', () => {
  const text = noticeText(composeNotice(exampleMaterial, examplePerson()))
  const found = [
    'NOTICE OF DATA BREACH',
    'WHAT HAPPENED',
    'WHAT INFORMATION WAS INVOLVED',
    'WHAT WE ARE DOING',
    'WHAT YOU CAN DO',
    'FOR MORE INFORMATION',
  ].map((heading) => text.indexOf(heading))
  assert.ok(found.every((at, i) => at >= 0 && at > (found[i - 1] ?? -1)))
  assert.match(text.replaceAll('\n', ' '), /between September 27, 2026 and October 2, 2026/)
})

test('a notice to Massachusetts does not describe the breach, and says so where a template does', () => {
  const person = examplePerson({ jurisdiction: 'US-MA' })
  const text = noticeText(composeNotice(exampleMaterial, person))
  assert.doesNotMatch(text, /changed the script/)
  assert.match(text, /right to obtain a police report/)
  const template = changed(({ sections }) => {
    for (const paragraph of sections[0]!.paragraphs) delete paragraph.when
  })
  const faults = lintNotice(
    { ...exampleMaterial, templates: { en: template } },
    { jurisdiction: 'US-MA', language: 'en', categories: ['payment-card'] },
  )
  assert.deepEqual(
    faults.map(({ place, element }) => ({ place, element })),
    [
      { place: 'what-happened', element: 'what-happened' },
      { place: 'what-happened', element: 'number-affected' },
    ],
  )
  assert.match(faults[0]!.message, /notJurisdictions: \["US-MA"\]/)
})

test('a missing element is a fault with its place, what to add, and the citation', () => {
  const template = changed(({ sections }) => {
    sections[3]!.paragraphs = sections[3]!.paragraphs.filter(
      ({ text }) => !text.includes('advice.reviewAccounts'),
    )
  })
  const [fault, ...others] = lintNotice(
    { ...exampleMaterial, templates: { en: template } },
    { jurisdiction: 'US-NC', language: 'en', categories: ['payment-card'] },
  )
  assert.deepEqual(others, [])
  assert.equal(fault!.place, 'what-you-can-do')
  assert.match(
    fault!.message,
    /Add the advice to look through one’s accounts, by \{\{advice\.reviewAccounts\}\}/,
  )
  assert.match(fault!.citation, /75-65/)
})

test('California with identity numbers asks for the offer of protection that the facts do not hold', () => {
  const faults = lintNotice(exampleMaterial, {
    jurisdiction: 'US-CA',
    language: 'en',
    categories: ['government-id'],
  })
  assert.deepEqual(
    faults.map(({ element }) => element),
    ['identity-protection-offer'],
  )
  assert.match(faults[0]!.message, /facts\.protection/)
})

test('the attorney general is named where the law asks for it, with the state’s own address', () => {
  const of = (jurisdiction: string): string =>
    noticeText(composeNotice(exampleMaterial, examplePerson({ jurisdiction }))).replaceAll(/\s+/g, ' ')
  assert.match(of('US-NC'), /9001 Mail Service Center/)
  assert.match(of('US-MD'), /200 St\. Paul Place/)
  assert.doesNotMatch(of('US-CA'), /Attorney General/)
  assert.doesNotMatch(of('DE'), /Equifax/)
})

test('a name with marks of HTML stays a name, and the page loads nothing', () => {
  const html = noticeHtml(
    composeNotice(
      exampleMaterial,
      examplePerson({ name: '<img src=x onerror=alert(1)> "&" {{company.phone}}' }),
    ),
  )
  assert.match(html, /Dear &lt;img src=x onerror=alert\(1\)&gt; &quot;&amp;&quot; \{\{company\.phone\}\},/)
  assert.doesNotMatch(html, /<(img|script|link|iframe|a)\b|url\(|https?:/)
})

test('a template with an unknown placeholder, a list in a sentence, an unknown field or a missing heading is refused by place', () => {
  const refused = (raw: unknown): readonly { field: string; message: string }[] => {
    try {
      parseTemplate(raw)
    } catch (caught) {
      assert.ok(caught instanceof Refusal)
      return caught.faults ?? []
    }
    return assert.fail('it was taken')
  }
  assert.deepEqual(
    refused(
      changed(({ sections, closing }) => {
        sections[0]!.paragraphs[0]!.text = 'Hello {{person.password}}'
        sections[1]!.paragraphs[1]!.text = 'These: {{person.categories}}'
        sections[2]!.paragraphs[0] = { text: 'x', track: 1 } as never
        sections[4]!.heading = 'what-happened'
        closing[0] = '{{company.name'
      }),
    ).map(({ field }) => field),
    [
      'template.sections[0].paragraphs[0].text',
      'template.sections[1].paragraphs[1].text',
      'template.sections[2].paragraphs[0].track',
      'template.sections[4].heading',
      'template.closing[0]',
    ],
  )
  assert.deepEqual(parseTemplate(structuredClone(standardTemplates.es)), standardTemplates.es)
})

test('facts that contradict themselves or lack a language are refused', () => {
  assert.deepEqual(parseFacts(structuredClone(exampleFacts)), exampleFacts)
  const refuse = (change: (facts: typeof exampleFacts) => void, field: string): void => {
    const facts = structuredClone(exampleFacts)
    change(facts)
    assert.throws(
      () => parseFacts(facts),
      (caught) => caught instanceof Refusal && caught.field === field,
    )
  }
  refuse(({ incident }) => (incident.to = '2026-09-01'), 'facts.incident.to')
  refuse(({ incident }) => (incident.from = '2026-02-30'), 'facts.incident.from')
  refuse((facts) => (facts.words = {}), 'facts.words')
  refuse(({ company }) => (company.email = 'nobody'), 'facts.company.email')
})

test('what a law asked for until some day, or asks for from some day on, counts on those days', () => {
  const elements = (day: string): string[] =>
    contentRuleOf('US-CA', day).requires.map(({ element }) => element)
  assert.equal(contentRuleOf('US-CA', '2025-12-31').verified, false)
  assert.equal(contentRuleOf('US-CA', '2026-01-01').verified, true)
  assert.ok(elements('2026-01-01').includes('headings-of-california'))
  assert.deepEqual(contentRuleOf('US-MA', '2026-01-01').forbids, ['what-happened', 'number-affected'])
})

test('how many are affected stands in Rhode Island’s notices only', () => {
  const of = (jurisdiction: string): string =>
    noticeText(composeNotice(exampleMaterial, examplePerson({ jurisdiction })))
  assert.match(of('US-RI'), /825,000 persons are affected/)
  for (const jurisdiction of ['US-MA', 'US-IL', 'US-CA', 'DE'])
    assert.doesNotMatch(of(jurisdiction), /825,000/)
})
