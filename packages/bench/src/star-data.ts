import { readdirSync, readFileSync } from 'node:fs'
import * as path from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { TaskApi, TaskGraph } from '@candor/virtual-agent/flows/from-task-graph.ts'

/** STAR (Mosig, Mehri, Kober 2020, arXiv 2010.11853), one dialogue a line. */
export interface StarDialogue {
  id: number
  happy: boolean
  multi: boolean
  tasks: string[]
  events: StarEvent[]
}

export interface StarEvent {
  /** Agent: User, Wizard, KnowledgeBase, UserGuide */
  a: string
  /** Action: utter, pick_suggestion, query, return_item, instruct */
  k: string
  text?: string
  label?: string
  constraints?: Record<string, string>[]
  item?: Record<string, unknown> | null
}

export interface StarTask {
  /** As dialogues name it. */
  name: string
  graph: TaskGraph
  api: TaskApi
}

export function readStarTasks(folder: string): StarTask[] {
  const read = (...names: string[]): unknown => JSON.parse(readFileSync(path.join(folder, ...names), 'utf8'))
  return readdirSync(path.join(folder, 'tasks'))
    .sort()
    .map((name) => ({
      name,
      graph: read('tasks', name, `${name}.json`) as TaskGraph,
      api: read('apis', `${name}.json`) as TaskApi,
    }))
}

export function readStarDialogues(folder: string): StarDialogue[] {
  return gunzipSync(readFileSync(path.join(folder, 'dialogues.jsonl.gz')))
    .toString('utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as StarDialogue)
}

/** One decision of a wizard: what was to be seen, and what was done. */
export interface StarDecision {
  dialogue: number
  task: string
  history: readonly StarEvent[]
  action: string
}

/**
 * The wizard's decisions as the baselines of the corpus count them (github.com/Shikib/schema_attention_model,
 * data_readers.py): every picked suggestion under its label and every query, told apart by its request type; what a
 * wizard wrote freely is history only. Guides to the user are no part of the dialogue.
 */
export function decisionsOf(dialogue: StarDialogue): StarDecision[] {
  const events = dialogue.events.filter(({ a }) => a !== 'UserGuide')
  return events.flatMap((event, i): StarDecision[] => {
    const action = actionOf(event)
    return action === null
      ? []
      : [{ dialogue: dialogue.id, task: dialogue.tasks[0]!, history: events.slice(0, i), action }]
  })
}

/** The label of what a wizard did; null for anything else. */
export function actionOf(event: StarEvent): string | null {
  if (event.a !== 'Wizard') return null
  if (event.k === 'pick_suggestion') return event.label ?? null
  if (event.k !== 'query') return null
  const requests = (event.constraints ?? []).map((constraint) => constraint['RequestType'] ?? '')
  if (requests.some((request) => request.includes('Check'))) return 'query_check'
  return requests.some((request) => request.includes('Book')) ? 'query_book' : 'query'
}
