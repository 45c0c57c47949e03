import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isMinified, lineMax, showHidden, statementLines, writtenLines } from './statement-lines.ts'

const run = <T>(work: Generator<void, T>): T => {
  for (;;) {
    const step = work.next()
    if (step.done) return step.value
  }
}
const lines = (source: string) => run(statementLines(source))

test('a minified script is read statement by statement, indented by blocks', () => {
  assert.deepEqual(lines('function f(a){if(a){return 1}else{b();c()}}var x=1;for(var i=0;i<9;i++){g(i)}'), [
    'function f(a){',
    '  if(a){',
    '    return 1',
    '  }',
    '  else{',
    '    b();',
    '    c()',
    '  }',
    '}',
    'var x=1;',
    'for(var i=0;i<9;i++){',
    '  g(i)',
    '}',
  ])
  assert.deepEqual(lines('a({b:1,c:2}).then(d);e()'), ['a({', '  b:1,c:2', '}).then(d);', 'e()'])
})

test('strings, templates, comments and regular expressions are not taken apart', () => {
  assert.deepEqual(lines(`a="{;}";b='it\\'s;{';c=\`x;\${f({y:"}"})}{\`;d=1`), [
    'a="{;}";',
    `b='it\\'s;{';`,
    'c=`x;${f({y:"}"})}{`;',
    'd=1',
  ])
  assert.deepEqual(lines('a=/[/;{]\\/;/g;b=c/d;e=f/g;return/;/.test(h)'), [
    'a=/[/;{]\\/;/g;',
    'b=c/d;',
    'e=f/g;',
    'return/;/.test(h)',
  ])
  assert.deepEqual(lines('a;/* {;} */b // {;}\nc'), ['a;', '/* {;} */b // {;}', 'c'])
})

test('nothing is lost: without white space the lines are the script', () => {
  const source = `!function(e,t){"use strict";var n={a:[1,2,{b:/}/}],c:\`\${e}\`};for(;;){if(n.a)break}t&&t(n)}(window,null);`
  assert.equal(lines(source).join('').replaceAll(/\s/g, ''), source.replaceAll(/\s/g, ''))
})

test('what ends in the middle of a string, comment or template ends there', () => {
  for (const source of ['a="x;', 'a=`x${', 'a=/x', '/* x', '// x', '}}}', '`${`${`'])
    assert.equal(lines(source).join('').replaceAll(/\s/g, ''), source.replaceAll(/\s/g, ''))
})

test('a string of half a megabyte is cut into lines that can be drawn', () => {
  const source = `var data="${'A'.repeat(500_000)}";go()`
  const cut = lines(source)
  assert.ok(cut.every(({ length }) => length <= lineMax + 24))
  assert.equal(cut.join('').replaceAll(/\s/g, ''), source.replaceAll(/\s/g, ''))
})

test('characters that hide or turn what follows are shown by their number', () => {
  assert.equal(showHidden('a\u202eb\u200bc'), 'a⟨U+202E⟩b⟨U+200B⟩c')
  assert.deepEqual(lines('if(a\u2066){}'), ['if(a⟨U+2066⟩){', '}'])
})

test('what a person wrote stays as it is', () => {
  const source = 'const a = 1\nif (a) {\n  go()\n}\n'
  assert.equal(isMinified(source), false)
  assert.equal(isMinified(`${source}${'x'.repeat(400)}`), true)
  assert.deepEqual(run(writtenLines(source)), ['const a = 1', 'if (a) {', '  go()', '}', ''])
})
