import { readFileSync, readdirSync } from 'node:fs'
import * as path from 'node:path'
import type { Definition } from '@candor/virtual-agent/definition.ts'
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

const articlesFolder = path.join(import.meta.dirname, 'articles')

async function seedArticles(
  { articles }: SeededAgents,
  tenant: string,
  site: SiteName,
  sitesUrl: string,
): Promise<void> {
  const folder = path.join(articlesFolder, site)
  for (const name of readdirSync(folder)) {
    const bytes = readFileSync(path.join(folder, name))
    const { title, body } = readMarkdown(bytes)
    if (title === null) throw new Error(`an article of the demo without title: ${name}`)
    await articles.addAsInstallation(tenant, derivedId('candor demo', `article ${site} ${name}`), {
      title,
      language: 'en',
      // An article's address is a page that people can open; a demo's pages are not there without https.
      address: sitesUrl.startsWith('https:') ? `${sitesUrl}/${site}/help#${path.parse(name).name}` : null,
      questions: [],
      source: 'written',
      body,
      markdown: bytes.toString('utf8'),
    })
  }
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
