import { readFileSync, readdirSync } from 'node:fs'
import * as path from 'node:path'
import type { Definition } from '@candor/virtual-agent/definition.ts'
import type { Block } from '@candor/virtual-agent/knowledge/article.ts'
import { derivedId } from '../routing/derived-id.ts'
import type { Actor } from '../tenants/actor.ts'
import type { Articles } from '../virtual-agents/article-store.ts'
import type { Authoring } from '../virtual-agents/authoring.ts'
import { readMarkdown } from '../virtual-agents/articles/read-markdown.ts'
import type { ToolSecrets } from '../virtual-agents/tool-secrets.ts'
import type { Versions } from '../virtual-agents/versions.ts'
import type { SiteName } from './demo-sites.ts'

export interface SeededAgents {
  authoring: Pick<Authoring, 'publishAsInstallation'>
  articles: Pick<Articles, 'addAsInstallation'>
  secrets: Pick<ToolSecrets, 'list' | 'set'>
  versions: Pick<Versions, 'inForce'>
}

/**
 * Publishes a demo company's virtual agent with its articles, once; what its people published since stays. Its tools
 * are told where the company's systems listen today.
 */
export async function seedVirtualAgent(
  rooms: SeededAgents,
  administrator: Actor,
  site: SiteName,
  agent: (systemsUrl: string) => Definition,
  systems: { url: string; key: string; sitesUrl: string },
): Promise<void> {
  const { tenant } = administrator
  const inForce = await rooms.versions.inForce(tenant)
  let tools: Definition['tools']
  if (inForce === null || inForce.script) {
    await seedArticles(rooms, tenant, site, systems.sitesUrl)
    const definition = agent(systems.url)
    ;({ tools } = definition)
    await rooms.authoring.publishAsInstallation(tenant, definition, 'What the demo begins with.')
  } else {
    const { definition } = inForce
    tools = definition.tools.map((tool) => ({ ...tool, url: movedTo(systems.url, site, tool.url) }))
    if (tools.some(({ url }, i) => url !== definition.tools[i]!.url))
      await rooms.authoring.publishAsInstallation(
        tenant,
        { ...definition, tools },
        'The systems of the demo listen at another port today.',
      )
  }
  const kept = await rooms.secrets.list(tenant)
  for (const { id, url, secretHeader } of tools)
    if (secretHeader !== undefined && isOf(systems.url, url))
      if (!kept.some(({ tool, origin }) => tool === id && origin === new URL(url).origin))
        await rooms.secrets.set(administrator, id, url, systems.key)
}

/** What a demo company's virtual agent may quote, and how people ask for it. */
export function demoArticles(site: SiteName): {
  name: string
  title: string
  body: Block[]
  markdown: string
  questions: string[]
}[] {
  const folder = path.join(import.meta.dirname, 'articles', site)
  const questions = JSON.parse(readFileSync(path.join(folder, 'questions.json'), 'utf8')) as Record<
    string,
    string[]
  >
  return readdirSync(folder)
    .filter((file) => file.endsWith('.md'))
    .map((file) => {
      const bytes = readFileSync(path.join(folder, file))
      const { title, body } = readMarkdown(bytes)
      if (title === null) throw new Error(`an article of the demo without title: ${file}`)
      const { name } = path.parse(file)
      return { name, title, body, markdown: bytes.toString('utf8'), questions: questions[name] ?? [] }
    })
}

async function seedArticles(
  { articles }: SeededAgents,
  tenant: string,
  site: SiteName,
  sitesUrl: string,
): Promise<void> {
  for (const { name, ...article } of demoArticles(site))
    await articles.addAsInstallation(tenant, derivedId('candor demo', `article ${site} ${name}`), {
      ...article,
      language: 'en',
      // Only https is a link; a demo on this machine has none to give.
      address: sitesUrl.startsWith('https:') ? `${sitesUrl}/${site}/` : null,
      source: 'written',
    })
}

/** An address of the demo's own systems, at the port of this start; any other stays. */
function movedTo(systemsUrl: string, site: SiteName, url: string): string {
  const ours = `/${site}/systems/`
  const from = url.indexOf(ours)
  const loopback = /^http:\/\/(?:127\.0\.0\.1|localhost)(?::\d+)?$/.test(url.slice(0, Math.max(0, from)))
  return loopback ? systemsUrl + url.slice(from) : url
}

function isOf(systemsUrl: string, url: string): boolean {
  return url.startsWith(`${systemsUrl}/`)
}
