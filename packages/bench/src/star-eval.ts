import { ChoiceModel, type Candidate, type Choice, type TrainingPlan } from './choice-model.ts'
import {
  decisionsOf,
  readStarDialogues,
  readStarTasks,
  type StarDecision,
  type StarTask,
} from './star-data.ts'
import { candidatesOf, graphChoice, labelsOf } from './star-features.ts'
import { accuracy, weightedF1 } from './weighted-f1.ts'

export interface StarFigures {
  /** Decisions trained on (the mean where there are several models) and tested on. */
  trained: number
  tested: number
  f1: number
  accuracy: number
  /** By task: how many decisions, and the share that was right. */
  tasks: { task: string; decisions: number; f1: number; accuracy: number }[]
  /** What was taken for what, most frequent first. */
  confusions: { truth: string; predicted: string; count: number }[]
}

/** Models of different seeds are averaged: each goes through the decisions in another order. */
const seeds = [1, 2, 3, 4, 5]
const standardPlan: Omit<TrainingPlan, 'seed'> = { epochs: 4, rate: 0.04, decay: 0.002 }
const heldOutPlan: Omit<TrainingPlan, 'seed'> = { epochs: 5, rate: 0.05, decay: 0.001 }
/** A label that other tasks use as well is a candidate in a task that was never seen. */
const sharedTasksMin = 3

/**
 * Train and test on the same tasks, as the baselines do (schema_attention_model, train.py `filter_dataset`): single-
 * task dialogues that went well, sorted by id, the first 80 % for training and the last 20 % for the test. With
 * `unhappyToo` the single-task dialogues that did not go well are trained on as well; none of them is in the test.
 */
export function standardFigures(folder: string, { unhappyToo }: { unhappyToo: boolean }): StarFigures {
  const tasks = tasksByName(folder)
  const dialogues = happyDialogues(folder)
  const more = unhappyToo ? readStarDialogues(folder).filter(({ happy, multi }) => !happy && !multi) : []
  const train = [...dialogues.slice(0, Math.floor(dialogues.length * 0.8)), ...more].flatMap(decisionsOf)
  const test = dialogues.slice(-Math.floor(dialogues.length * 0.2)).flatMap(decisionsOf)
  const labels = new Map(
    [...tasks.keys()].map((name) => [
      name,
      [...new Set(train.filter(({ task }) => task === name).map(({ action }) => action))],
    ]),
  )
  const predicted = predict(
    train,
    test,
    (task) => labels.get(task)!,
    standardPlan,
    seeds,
    featureReader(tasks, true),
  )
  return figuresOf(train.length, test, predicted)
}

/**
 * Each task in turn is left out of training altogether: what is known of it is its graph and its replies. All its
 * dialogues are the test.
 */
export function heldOutFigures(folder: string): StarFigures {
  const tasks = tasksByName(folder)
  const all = happyDialogues(folder).flatMap(decisionsOf)
  const read = featureReader(tasks, false)
  const test: StarDecision[] = []
  const predicted: string[] = []
  for (const name of tasks.keys()) {
    const train = all.filter(({ task }) => task !== name)
    const own = all.filter(({ task }) => task === name)
    const shared = sharedLabels(train)
    const labels = (task: string): string[] => [...new Set([...labelsOf(tasks.get(task)!), ...shared])]
    test.push(...own)
    predicted.push(...predict(train, own, labels, heldOutPlan, seeds.slice(0, 1), read))
  }
  // Every decision is trained on for all tasks but its own.
  return figuresOf(Math.round(all.length * (1 - 1 / tasks.size)), test, predicted)
}

/** No training at all: the graph's own next step. */
export function graphFigures(folder: string): StarFigures {
  const tasks = tasksByName(folder)
  const test = happyDialogues(folder).flatMap(decisionsOf)
  return figuresOf(
    0,
    test,
    test.map((decision) => graphChoice(decision, tasks.get(decision.task)!)),
  )
}

function predict(
  train: readonly StarDecision[],
  test: readonly StarDecision[],
  labels: (task: string) => string[],
  plan: Omit<TrainingPlan, 'seed'>,
  models: readonly number[],
  read: FeatureReader,
): string[] {
  const choiceOf = (decision: StarDecision): Choice => {
    const candidates = labels(decision.task)
    return { candidates: read(decision, candidates), chosen: candidates.indexOf(decision.action) }
  }
  const learned = train.map(choiceOf)
  const asked = test.map(choiceOf)
  const sums = asked.map(({ candidates }) => new Float64Array(candidates.length))
  for (const seed of models) {
    const model = new ChoiceModel()
    model.train(learned, { ...plan, seed })
    for (const [i, { candidates }] of asked.entries())
      for (const [c, chance] of model.chances(candidates).entries()) sums[i]![c]! += chance
  }
  return test.map(({ task }, i) => labels(task)[sums[i]!.indexOf(Math.max(...sums[i]!))]!)
}

type FeatureReader = (decision: StarDecision, labels: readonly string[]) => Candidate[]

/** A decision is a training example of nineteen tasks and a test of one: its features are read once. */
function featureReader(tasks: ReadonlyMap<string, StarTask>, lexical: boolean): FeatureReader {
  const known = new Map<StarDecision, Map<string, Candidate>>()
  return (decision, labels) => {
    const read = known.get(decision) ?? new Map<string, Candidate>()
    known.set(decision, read)
    const missing = labels.filter((label) => !read.has(label))
    const candidates = candidatesOf(decision, tasks.get(decision.task)!, missing, { lexical })
    for (const [i, label] of missing.entries()) read.set(label, candidates[i]!)
    return labels.map((label) => read.get(label)!)
  }
}

function figuresOf(
  trained: number,
  test: readonly StarDecision[],
  predicted: readonly string[],
): StarFigures {
  const truth = test.map(({ action }) => action)
  const confusions = new Map<string, StarFigures['confusions'][number]>()
  for (const [i, label] of truth.entries()) {
    if (label === predicted[i]) continue
    const key = `${label}\n${predicted[i]}`
    const known = confusions.get(key) ?? { truth: label, predicted: predicted[i]!, count: 0 }
    known.count++
    confusions.set(key, known)
  }
  const names = [...new Set(test.map(({ task }) => task))].sort()
  return {
    trained,
    tested: test.length,
    f1: weightedF1(truth, predicted),
    accuracy: accuracy(truth, predicted),
    tasks: names.map((task) => {
      const own = test.flatMap((decision, i) => (decision.task === task ? [i] : []))
      const mine = own.map((i) => truth[i]!)
      const theirs = own.map((i) => predicted[i]!)
      return { task, decisions: own.length, f1: weightedF1(mine, theirs), accuracy: accuracy(mine, theirs) }
    }),
    confusions: [...confusions.values()].sort((a, b) => b.count - a.count),
  }
}

function sharedLabels(train: readonly StarDecision[]): string[] {
  const tasksWith = new Map<string, Set<string>>()
  for (const { action, task } of train) tasksWith.set(action, (tasksWith.get(action) ?? new Set()).add(task))
  return [...tasksWith].filter(([, tasks]) => tasks.size >= sharedTasksMin).map(([label]) => label)
}

function tasksByName(folder: string): Map<string, StarTask> {
  return new Map(readStarTasks(folder).map((task) => [task.name, task]))
}

function happyDialogues(folder: string): ReturnType<typeof readStarDialogues> {
  return readStarDialogues(folder)
    .filter(({ happy, multi }) => happy && !multi)
    .sort((a, b) => a.id - b.id)
}
