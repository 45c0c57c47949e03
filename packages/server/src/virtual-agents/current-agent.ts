import type { Agent } from '@candor/virtual-agent/agent.ts'
import type { Scripts } from './scripts.ts'
import { agentOfScript } from './engine.ts'

/** What answers a tenant's visitors now. */
export interface CurrentAgents {
  /** Null: the tenant has no virtual agent. */
  currentAgent(tenant: string): Promise<Agent | null>
}

export function openCurrentAgents(options: { scripts: Scripts }): CurrentAgents {
  const { scripts } = options
  const agents = new WeakMap<object, Agent>()

  function agentOf(found: { version: number; script: Parameters<typeof agentOfScript>[0] }): Agent {
    let agent = agents.get(found.script)
    if (agent === undefined) agents.set(found.script, (agent = agentOfScript(found.script, found.version)))
    return agent
  }

  return {
    async currentAgent(tenant) {
      const found = await scripts.newest(tenant)
      return found === null ? null : agentOf(found)
    },
  }
}
