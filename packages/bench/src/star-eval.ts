import { ChoiceModel, type Choice } from './choice-model.ts'
import {
  decisionsOf,
  readStarDialogues,
  readStarTasks,
  type StarDecision,
  type StarDialogue,
  type StarTask,
} from './star-data.ts'
import { candidatesOf, labelsOf } from './star-features.ts'
import { accuracy, weightedF1 } from './weighted-f1.ts'

export function standard(folder: string, plan: any) {
  const tasks = new Map(readStarTasks(folder).map((t) => [t.name, t]))
  const dialogues = readStarDialogues(folder)
    .filter((d) => d.happy && !d.multi)
    .sort((a, b) => a.id - b.id)
  const cut = Math.floor(dialogues.length * 0.8)
  const train = dialogues.slice(0, cut).flatMap(decisionsOf)
  const test = dialogues.slice(dialogues.length - Math.floor(dialogues.length * 0.2)).flatMap(decisionsOf)
  const labels = new Map<string, string[]>()
  for (const [name, task] of tasks)
    labels.set(name, [...new Set([...train.filter((d) => d.task === name).map((d) => d.action)])])
  const choice = (d: StarDecision): Choice => {
    const l = labels.get(d.task)!
    return {
      candidates: candidatesOf(d, tasks.get(d.task)!, l, { lexical: true }),
      chosen: l.indexOf(d.action),
    }
  }
  const model = new ChoiceModel()
  model.train(train.map(choice), plan)
  const predicted = test.map((d) => {
    const { candidates } = choice(d)
    const ch = model.chances(candidates)
    let b = 0
    for (let i = 1; i < ch.length; i++) if (ch[i]! > ch[b]!) b = i
    return labels.get(d.task)![b]!
  })
  const truth = test.map((d) => d.action)
  return {
    f1: weightedF1(truth, predicted),
    acc: accuracy(truth, predicted),
    truth,
    predicted,
    test,
    n: [train.length, test.length],
  }
}
