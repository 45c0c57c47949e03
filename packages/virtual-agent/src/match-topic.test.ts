import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openMatcher } from './match-topic.ts'
import { testScript } from './test-script.ts'

const matcher = openMatcher(testScript.topics)

function topicOf(text: string): string {
  const match = matcher.match(text)
  if (match.kind === 'topic') return match.topic.id
  return match.kind === 'none' ? 'none' : match.topics.map((topic) => topic.id).join(' or ')
}

test('a question is recognised in other words, in another form and inside a story', () => {
  assert.equal(topicOf('Are you open on Sundays?'), 'hours')
  assert.equal(topicOf('closing time today'), 'hours')
  assert.equal(topicOf('hi there, my sister gave me a sweater and I would like to return it'), 'returns')
  assert.equal(topicOf('RETURNING SHOES'), 'returns')
})

test('a question in another language of the script is recognised', () => {
  assert.equal(topicOf('¿Abren los domingos?'), 'hours')
  assert.equal(topicOf('Wie sind die Öffnungszeiten?'), 'hours')
  assert.equal(topicOf('هل أستطيع إرجاع الحذاء؟'), 'returns')
})

test('what the script does not know is not guessed', () => {
  for (const text of [
    'who won the match yesterday',
    'write me a poem',
    'Erzähl mir einen Witz',
    'asdf',
    '',
    '???',
  ])
    assert.equal(topicOf(text), 'none')
})

test('a text about two topics alike is not decided', () => {
  assert.equal(topicOf('are you open, or a refund?'), 'hours or refund')
})

test('a word that all topics share tells none of them', () => {
  const shared = matcher.scores('shop').filter(({ score }) => score > 0)
  assert.ok(shared.length > 1)
  assert.notEqual(matcher.match('a shop for my dog in another country far away').kind, 'topic')
})

test('a text as long as a message may be is matched in less than 50 ms', () => {
  const text = 'could you return my order to the shop that opens early '.repeat(150).slice(0, 8_000)
  matcher.match(text)
  const startedAt = performance.now()
  matcher.match(text)
  assert.ok(performance.now() - startedAt < 50)
})
