/** The keyholder can be away without a word being lost: chat goes on, history waits, and then everything is there. */
import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { airlineScript } from '../src/demo/airline-script.ts'
import { staffClient, type TestClient } from './test-client.ts'
import { TestPlatform, type TestTenant } from './test-platform.ts'

let platform: TestPlatform
/** Processes that stand still; whatever a test ends with, they go on. */
const halted = new Set<number>()
before(async () => {
  platform = await TestPlatform.start()
})
afterEach(async () => {
  goOn()
  await platform.check()
})
after(async () => {
  goOn()
  await platform.stop()
  await TestPlatform.end()
})

const id = (): string => platform.ids.next()

async function until(holds: () => boolean | Promise<boolean>, what: string, msMax = 20_000): Promise<void> {
  const end = Date.now() + msMax
  while (!(await holds())) {
    assert.ok(Date.now() < end, `${what}: not within ${msMax} ms`)
    await sleep(20)
  }
}

function halt(pid: number): void {
  process.kill(pid, 'SIGSTOP')
  halted.add(pid)
}

function goOn(): void {
  for (const pid of halted) process.kill(pid, 'SIGCONT')
  halted.clear()
}

/** It stands still and says nothing, or it is dead and the one that follows has not come to listening yet. */
const ways = {
  hangs: async (): Promise<void> => halt(platform.candor.keyholderPid()),
  'is dead': async (): Promise<void> => {
    const former = platform.candor.keyholderPid()
    process.kill(former, 'SIGKILL')
    await until(() => ![0, former].includes(platform.candor.keyholderPid()), 'another one is started')
    halt(platform.candor.keyholderPid())
  },
}

async function desk(tenant: TestTenant): Promise<TestClient> {
  const response = await fetch(`${platform.url}/v1/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: tenant.people.agent.email, password: tenant.password }),
  })
  const cookie = response.headers.getSetCookie().map((line) => line.split(';')[0])
  return staffClient(platform.url, { inbox: true }, { cookie: cookie.join('; '), origin: platform.url })
}

async function say(client: TestClient, conversation: string, text: string): Promise<void> {
  const answer = await client.ask({ type: 'send', id: id(), conversation, text })
  assert.equal(answer.type, 'ack', JSON.stringify(answer))
}

const heard = (client: TestClient, conversation: string): string[] =>
  client.events(conversation).flatMap((event) => (event.type === 'message' ? [event.data.text ?? ''] : []))

const has = (client: TestClient, conversation: string, text: string): Promise<void> =>
  until(() => heard(client, conversation).includes(text), `${text} is shown`)

/** Asked again while it is refused, as a client does. */
async function openAgain(client: TestClient, conversation: string): Promise<void> {
  const shown = (): boolean =>
    client.frames.some((frame) => frame.type === 'snapshot' && frame.state.id === conversation)
  await until(async () => {
    client.send({ type: 'open', conversation })
    await sleep(300)
    return shown()
  }, 'the conversation is shown')
}

const events = (tenant: TestTenant, conversation: string) =>
  platform.request(tenant, 'GET', `/v1/conversations/${conversation}/events`)

async function textsOf(tenant: TestTenant, conversation: string): Promise<string[]> {
  const { body } = await events(tenant, conversation)
  return (body['events'] as { type: string; data: { text: string } }[])
    .filter(({ type }) => type === 'message')
    .map(({ data: { text } }) => text)
}

for (const [how, leave] of Object.entries(ways))
  test(`while the keyholder ${how}, chat goes on, history is refused, and nothing is lost`, async () => {
    const tenant = await platform.tenant()
    await platform.candor.routing.setVirtualAgent(tenant.id, false)
    const [visitor, other] = [await platform.visitor(tenant), await platform.visitor(tenant)]
    const [conversation, past] = [id(), id()]
    for (const [client, each] of [
      [visitor, conversation],
      [other, past],
    ] as const) {
      await client.ask({ type: 'start', id: id(), conversation: each })
      await say(client, each, 'Before')
    }
    const agent = await desk(tenant)
    agent.send({ type: 'open', conversation })
    await has(agent, conversation, 'Before')

    await leave()
    await say(visitor, conversation, 'Are you there?')
    await has(agent, conversation, 'Are you there?')
    await say(agent, conversation, 'I am')
    await has(visitor, conversation, 'I am')

    const newcomer = await platform.visitor(tenant)
    const fresh = id()
    assert.equal((await newcomer.ask({ type: 'start', id: id(), conversation: fresh })).type, 'ack')
    await say(newcomer, fresh, 'Is anybody here?')
    await say(newcomer, fresh, 'My order is 42 for 3 people')

    const refused = await events(tenant, past)
    assert.deepEqual([refused.status, refused.body['code']], [503, 'history_unavailable'])
    assert.ok(Number(refused.headers.get('retry-after')) >= 1)
    agent.send({ type: 'open', conversation: past })
    await agent.until(
      'refused',
      (frame) => frame.conversation === past && frame.code === 'history_unavailable',
    )

    goOn()
    await openAgain(agent, past)
    await openAgain(agent, fresh)
    assert.deepEqual(heard(agent, past), ['Before'])
    assert.deepEqual(heard(agent, fresh), ['Is anybody here?', 'My order is 42 for 3 people'])
    assert.deepEqual(await textsOf(tenant, conversation), ['Before', 'Are you there?', 'I am'])
  })

for (const [how, leave] of Object.entries(ways))
  test(`the virtual agent answers once the keyholder that ${how} is back`, async () => {
    const tenant = await platform.tenant()
    await platform.candor.authoring.authoring.publishAsInstallation(tenant.id, airlineScript, '')
    const visitor = await platform.visitor(tenant)
    const conversation = id()
    // The key that a tenant's text is sealed to is fetched with its first text.
    await visitor.ask({ type: 'start', id: id(), conversation: id() })
    await leave()
    await visitor.ask({ type: 'start', id: id(), conversation })
    await say(visitor, conversation, 'How much baggage may I take with me?')
    await sleep(1_000)
    const [{ said } = { said: -1 }] = await platform.sql<{ said: number }>(
      `select count(*)::int as said from events where conversation_id = $1 and actor_kind = 'virtual-agent'`,
      [conversation],
    )
    assert.equal(said, 0, 'it cannot read what it would answer')
    goOn()
    await until(async () => {
      if ((await events(tenant, conversation)).status !== 200) return false
      const texts = await textsOf(tenant, conversation)
      return (
        /Skye/.test(texts.join()) &&
        /baggage|kg|bag/.test(texts.slice(1).join().replace('How much baggage', ''))
      )
    }, 'it greets and answers')
  })

for (const [how, leave] of Object.entries(ways))
  test(`a card number split over an outage in which the keyholder ${how} is masked in the end`, async () => {
    const tenant = await platform.tenant()
    await platform.candor.routing.setVirtualAgent(tenant.id, false)
    const visitor = await platform.visitor(tenant)
    const conversation = id()
    await visitor.ask({ type: 'start', id: id(), conversation })
    await say(visitor, conversation, '4111 1111')
    // What the server remembers of this visitor's texts is gone: it has to read them again.
    await platform.stopServer()
    await platform.startServer()
    const { token } = visitor.welcome
    const again = await platform.visitor(tenant, { token })
    await leave()
    await say(again, conversation, '1111 1111')
    goOn()
    await until(async () => {
      if ((await events(tenant, conversation)).status !== 200) return false
      const texts = await textsOf(tenant, conversation)
      return texts.length === 2 && texts.every((text) => !/1111/.test(text))
    }, 'both halves are masked')
  })

test('a keyholder that was killed is back by itself within seconds, and who asks again is answered', async () => {
  const tenant = await platform.tenant()
  await platform.candor.routing.setVirtualAgent(tenant.id, false)
  const visitor = await platform.visitor(tenant)
  const conversation = id()
  await visitor.ask({ type: 'start', id: id(), conversation })
  await say(visitor, conversation, 'Before')
  const former = platform.candor.keyholderPid()
  const { entries } = await platform.candor.accessLog.status()
  process.kill(former, 'SIGKILL')
  await until(async () => (await events(tenant, conversation)).status === 200, 'history opens again')
  assert.notEqual(platform.candor.keyholderPid(), former)
  const status = await platform.candor.accessLog.status()
  assert.ok(status.entries > entries, 'the log went on from where it was')
  assert.ok(platform.logged.some(({ event }) => event === 'keyholder-restarted'))
})
