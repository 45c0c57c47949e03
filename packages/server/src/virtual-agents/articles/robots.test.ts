import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readRobots } from './robots.ts'

const agent = 'CandorArticles'

test('the longest rule that matches decides, and of two as long the one that allows', () => {
  const { allows } = readRobots('User-agent: *\nDisallow: /help\nAllow: /help/open\nDisallow: /same\nAllow: /same', agent)
  assert.deepEqual(['/help', '/help/x', '/help/open/x', '/same', '/other', '/'].map(allows), [false, false, true, true, true, true])
}) // prettier-ignore

test('a star stands for anything and a dollar for the end', () => {
  const { allows } = readRobots(
    'User-agent: *\nDisallow: /*.pdf$\nDisallow: /a*/b*c\nDisallow: /exact$',
    agent,
  )
  assert.deepEqual(['/x.pdf', '/x.pdf?y', '/a1/bxc', '/a/b', '/exact', '/exact/'].map(allows), [
    false,
    true,
    false,
    true,
    false,
    true,
  ])
})

test('rules that name us hold instead of those for everybody, in however many groups they stand', () => {
  const text = 'User-agent: *\nDisallow: /\n\nUser-agent: other\nUser-agent: CANDORARTICLES\nDisallow: /a\n\nUser-agent: candorarticles\nDisallow: /b\nCrawl-delay: 2'
  const robots = readRobots(text, agent)
  assert.deepEqual(['/', '/a', '/b'].map(robots.allows), [true, false, false])
  assert.equal(robots.delaySeconds, 2)
}) // prettier-ignore

test('sitemaps are listed wherever they stand; comments, empty rules and what is no rule are passed over', () => {
  const robots = readRobots(
    '\uFEFFSitemap: https://a.example/s.xml\r\nDisallow: /orphan\nUser-agent: * # all\nDisallow:\nDisallow: /x # why\nnonsense\n:::\nsitemap: /t.xml',
    agent,
  )
  assert.deepEqual(['/orphan', '/x'].map(robots.allows), [true, false])
  assert.deepEqual(robots.sitemaps.slice(-1), ['/t.xml'])
})

test('a path in percent signs is the path that it stands for', () => {
  const { allows } = readRobots('User-agent: *\nDisallow: /gep%C3%A4ck\nDisallow: /%7euser\nDisallow: /größe', agent)
  assert.deepEqual(['/gepäck', '/gep%c3%a4ck', '/~user', '/gr%C3%B6%C3%9Fe', '/ok'].map(allows), [false, false, false, false, true])
}) // prettier-ignore

test('rules made to take long are judged within moments', () => {
  const startedAt = performance.now()
  const { allows } = readRobots(`User-agent: *\n${`Disallow: /${'a*'.repeat(500)}b\n`.repeat(400)}`, agent)
  assert.equal(allows(`/${'a'.repeat(1_500)}`), true)
  assert.ok(performance.now() - startedAt < 2_000)
})
