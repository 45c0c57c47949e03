import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, before, test } from 'node:test'
import type { Frame, Page } from 'playwright-core'
import { ada, robot } from './fake-server.ts'
import { openStage, type Visitor, type WidgetStage } from './widget-page.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let stage: WidgetStage
before(async () => {
  stage = await openStage()
})
after(() => stage.close())

interface Violation {
  id: string
  nodes: { target: unknown; failureSummary: string }[]
}

/** Over the debugging protocol, which no page policy binds; in the page and in the frame by itself. */
async function violations(where: Page | Frame): Promise<string[]> {
  const found = await where.evaluate(
    `${axe}; axe.run(document, { iframes: false }).then(({ violations }) => violations)`,
  )
  return (found as Violation[]).flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${JSON.stringify(target)} ${failureSummary}`),
  )
}

const frameOf = (visitor: Visitor): Frame => visitor.frame()

/** Brings the widget into a state; answers the frame to look at, if there is one. */
const states: Record<string, (visitor: Visitor) => Promise<Frame | null>> = {
  async closed(visitor) {
    await visitor.goto()
    return null
  },
  async 'open and new'(visitor) {
    await visitor.goto()
    await visitor.launcher.click()
    await visitor.page.waitForTimeout(500)
    await frameOf(visitor).locator('.log').waitFor()
    return frameOf(visitor)
  },
  async 'open in conversation'(visitor) {
    const frame = (await states['open and new']!(visitor))!
    await frame.locator('textarea').fill('Hello https://example.com')
    await frame.locator('textarea').press('Enter')
    await stage.chat.until(() => stage.chat.latest()?.events.length > 1)
    stage.chat.say('message', { text: 'Pick one', options: ['Baggage', 'Refund'] }, robot)
    stage.chat.say('handover', { handlerEpoch: 1, queue: 'q', reason: '' }, robot)
    stage.chat.say('takeover', { handlerEpoch: 2, agent: { id: ada.id, name: ada.name } })
    const fields = [{ name: 'email', label: 'E-mail', input: 'email' as const, required: true }]
    stage.chat.say('message', { text: 'Where do we reach you?', masked: 1, form: { id: 'f', fields } })
    stage.chat.broadcast({ type: 'typing', conversation: stage.chat.latest().state.id, actor: ada, on: true })
    await frame.locator('textarea').fill('4111 1111 1111 1111')
    await frame.getByRole('alert').waitFor()
    return frame
  },
  async offline(visitor) {
    const frame = (await states['open in conversation']!(visitor))!
    stage.chat.away = true
    stage.chat.cut()
    await frame.locator('.banner').waitFor()
    await frame.locator('textarea').press('Enter')
    return frame
  },
  async 'in error'(visitor) {
    stage.chat.refuseHello = 'not_allowed'
    await visitor.goto()
    await visitor.launcher.click()
    await visitor.page.waitForTimeout(500)
    await frameOf(visitor).locator('.refused').waitFor()
    return frameOf(visitor)
  },
  async 'closed by the agent'(visitor) {
    const frame = (await states['open in conversation']!(visitor))!
    stage.chat.say('status', { status: 'closed' })
    await frame.locator('.closed').waitFor()
    return frame
  },
  async 'refused beside the button'(visitor) {
    await visitor.goto('/checkout')
    await visitor.launcher.click()
    await visitor.page.getByRole('status').filter({ hasText: /./ }).waitFor()
    return null
  },
}

for (const colorScheme of ['light', 'dark'] as const)
  for (const language of ['en', 'ar'])
    for (const [name, reach] of Object.entries(states))
      test(`axe finds nothing: ${name}, ${colorScheme}, ${language}`, async () => {
        Object.assign(stage.chat, { away: false, refuseHello: null })
        stage.host.html = `lang="${language}" dir="${language === 'ar' ? 'rtl' : 'ltr'}"`
        const visitor = await stage.visitor({ colorScheme, reducedMotion: 'reduce' })
        try {
          const frame = await reach(visitor)
          await visitor.page.waitForTimeout(100)
          assert.deepEqual(await violations(visitor.page), [])
          if (frame) {
            assert.deepEqual(await violations(frame), [])
            assert.equal(await frame.evaluate(() => document.dir), language === 'ar' ? 'rtl' : 'ltr')
          }
        } finally {
          await visitor.context.close()
        }
      })

test('a planted fault is found, in the page and in the frame', async () => {
  const visitor = await stage.visitor()
  await visitor.goto()
  const frame = await visitor.open()
  for (const where of [visitor.page, frame]) {
    await where.evaluate(() => document.querySelector('main')!.append(document.createElement('input')))
    assert.match((await violations(where)).join(), /label/)
  }
  await visitor.context.close()
})

test('the launcher says its name in the language of the page, and stands where it was asked to', async () => {
  stage.host.html = 'lang="ar" dir="rtl"'
  const visitor = await stage.visitor()
  const left = async (): Promise<boolean> => (await visitor.launcher.boundingBox())!.x < 200
  await visitor.goto()
  assert.equal(await visitor.launcher.getAttribute('aria-label'), 'المحادثة')
  assert.ok(await left())
  stage.host.attributes = 'data-position="start" data-locale="de" data-accent="#ffee00"'
  await visitor.goto()
  assert.equal(await visitor.launcher.getAttribute('aria-label'), 'Chat')
  assert.ok(await left())
  // On a light accent the bubble is dark.
  const [ground, ink] = await visitor.launcher.evaluate((button) => {
    return [getComputedStyle(button), getComputedStyle(button, '::before')].map(
      ({ backgroundColor }) => backgroundColor,
    )
  })
  assert.equal(ground, 'rgb(255, 238, 0)')
  assert.match(ink!, /^(lch\(0 0 0\)|rgb\(0, 0, 0\))$/)
  stage.host.attributes = ''
  stage.host.html = 'lang="en"'
  await visitor.context.close()
})

test('on a phone the panel fills the screen and can be closed from inside', async () => {
  const visitor = await stage.visitor({ viewport: { width: 360, height: 740 } })
  await visitor.goto()
  const frame = await visitor.open()
  const box = (await visitor.page.locator('iframe').boundingBox())!
  assert.deepEqual([box.x, box.y, box.width, box.height], [0, 0, 360, 740])
  await frame.getByRole('button', { name: 'Close chat' }).click()
  await visitor.page.locator('iframe').waitFor({ state: 'hidden' })
  await visitor.context.close()
})

test('in forced colours the launcher and its panel are still told apart', async () => {
  const visitor = await stage.visitor({ forcedColors: 'active' })
  await visitor.goto()
  const frame = await visitor.open()
  assert.equal(
    await frame.locator('.send').evaluate((button) => getComputedStyle(button).borderStyle),
    'solid',
  )
  assert.notEqual(
    await visitor.launcher.evaluate((button) => getComputedStyle(button, '::before').backgroundColor),
    await visitor.launcher.evaluate((button) => getComputedStyle(button).backgroundColor),
  )
  await visitor.context.close()
})
