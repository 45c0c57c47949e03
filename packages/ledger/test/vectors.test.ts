/** Published figures of other programs. Every one is tried with both cryptographies. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { decodeBase64, encodeBase64 } from '../src/base64.ts'
import { browserCrypto } from '../src/browser-crypto.ts'
import { formatCheckpoint, parseCheckpoint, verifyCheckpoint } from '../src/checkpoint.ts'
import { growTree } from '../src/growing-tree.ts'
import { emptyRoot, leafHash, verifyConsistency, verifyInclusion, type Hash } from '../src/merkle-tree.ts'
import { nodeCrypto } from '../src/node-crypto.ts'
import {
  cosignatureType,
  cosignedAt,
  formatNote,
  noteSignatureType,
  parseNote,
  parseSkey,
  parseVkey,
  signerOf,
  signersOf,
} from '../src/signed-note.ts'
import { tilePath } from '../src/tiles.ts'
import { formatProof, parseProof } from '../src/tlog-proof.ts'

/** See its `source`. */
interface Argon {
  treeSize: number
  root: string
  leafIndex: number
  leafInput: string
  auditPath: string[]
  firstSize: number
  firstRoot: string
  consistency: string[]
}

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'))
const bytes = (text: string): Uint8Array => decodeBase64(text)!

// The eight leaves of certificate-transparency's merkle_tree_test, with roots and proofs, as
// github.com/transparency-dev/merkle has them in proof/verify_test.go.
const leaves = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map(hex)
const roots = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
].map(hex)
/** Leaves counted from 1, as there. */
const inclusionProofs: [leaf: number, size: number, proof: string[]][] = [
  [1, 1, []],
  [
    1,
    8,
    [
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ],
  ],
  [
    6,
    8,
    [
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ],
  ],
  [3, 3, ['fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125']],
  [
    2,
    5,
    [
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    ],
  ],
]
const consistencyProofs: [firstSize: number, size: number, proof: string[]][] = [
  [1, 1, []],
  [
    1,
    8,
    [
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ],
  ],
  [
    6,
    8,
    [
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ],
  ],
  [
    2,
    5,
    [
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    ],
  ],
  [
    6,
    7,
    [
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ],
  ],
]
const someHash = hex('abacaba000000000000000000000000000000000000000000060061e00123456')
const nothing = hex('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')

for (const [name, crypto] of [
  ['node:crypto', nodeCrypto],
  ['@noble', browserCrypto],
] as const) {
  test(`the reference tree of Certificate Transparency has its published roots (${name})`, () => {
    assert.deepEqual(new Uint8Array(emptyRoot(crypto)), nothing)
    const tree = growTree(crypto)
    leaves.forEach((leaf, at) => {
      tree.addLeaf(tree.hashEntry(leaf))
      assert.deepEqual(new Uint8Array(tree.root()), roots[at])
    })
  })

  test(`inclusion proofs of transparency-dev/merkle hold, and no corruption of theirs does (${name})`, () => {
    for (const [leafNumber, size, hashes] of inclusionProofs) {
      const index = leafNumber - 1
      const leaf = leafHash(crypto, leaves[index]!)
      const root = roots[size - 1]!
      const proof = hashes.map(hex)
      const holds = (i: number, n: number, l: Hash, p: Hash[], r: Hash): boolean =>
        verifyInclusion(crypto, i, n, l, p, r)
      assert.equal(holds(index, size, leaf, proof, root), true)
      const probes: [string, boolean][] = [
        ['leafIndex - 1', holds(index - 1, size, leaf, proof, root)],
        ['leafIndex + 1', holds(index + 1, size, leaf, proof, root)],
        ['leafIndex ^ 2', holds(index ^ 2, size, leaf, proof, root)],
        ['treeSize * 2', holds(index, size * 2, leaf, proof, root)],
        ['treeSize / 2', holds(index, Math.floor(size / 2), leaf, proof, root)],
        ['wrong leaf', holds(index, size, new TextEncoder().encode('WrongLeaf'), proof, root)],
        ['empty root', holds(index, size, leaf, proof, nothing)],
        ['random root', holds(index, size, leaf, proof, someHash)],
        ['trailing garbage', holds(index, size, leaf, [...proof, new Uint8Array(0)], root)],
        ['trailing root', holds(index, size, leaf, [...proof, root], root)],
        ['preceding garbage', holds(index, size, leaf, [new Uint8Array(0), ...proof], root)],
        ['preceding root', holds(index, size, leaf, [root, ...proof], root)],
        ...proof.map((_, at): [string, boolean] => [
          `modified proof[${at}] bit 3`,
          holds(index, size, leaf, flipped(proof, at, 8), root),
        ]),
      ]
      if (proof.length > 0)
        probes.push(['removed component', holds(index, size, leaf, proof.slice(0, -1), root)])
      if (proof.length > 1)
        probes.push([
          'inserted component',
          holds(index, size, leaf, [proof[0]!, someHash, ...proof.slice(1)], root),
        ])
      assert.deepEqual(
        probes.filter(([, held]) => held),
        [],
      )
    }
  })

  test(`consistency proofs of transparency-dev/merkle hold, and no corruption of theirs does (${name})`, () => {
    for (const [size1, size2, hashes] of consistencyProofs) {
      const root1 = roots[size1 - 1]!
      const root2 = roots[size2 - 1]!
      const proof = hashes.map(hex)
      const holds = (m: number, n: number, one: Hash, two: Hash, p: Hash[]): boolean =>
        verifyConsistency(crypto, m, n, one, two, p)
      assert.equal(holds(size1, size2, root1, root2, proof), true)
      if (proof.length === 0) continue
      const wrongRoot = new TextEncoder().encode('WrongRoot')
      const probes: [string, boolean][] = [
        // Where size1 − 1 is 0: everything continues the empty tree, but by an empty proof only.
        ['size1 - 1', holds(size1 - 1, size2, root1, root2, proof)],
        ['size1 + 1', holds(size1 + 1, size2, root1, root2, proof)],
        ['size1 ^ 2', holds(size1 ^ 2, size2, root1, root2, proof)],
        ['size2 * 2', holds(size1, size2 * 2, root1, root2, proof)],
        ['size2 / 2', holds(size1, Math.floor(size2 / 2), root1, root2, proof)],
        ['wrong root1', holds(size1, size2, wrongRoot, root2, proof)],
        ['wrong root2', holds(size1, size2, root1, wrongRoot, proof)],
        ['swapped roots', holds(size1, size2, root2, root1, proof)],
        ['empty proof', holds(size1, size2, root1, root2, [])],
        ['trailing garbage', holds(size1, size2, root1, root2, [...proof, new Uint8Array(0)])],
        ['trailing root1', holds(size1, size2, root1, root2, [...proof, root1])],
        ['trailing root2', holds(size1, size2, root1, root2, [...proof, root2])],
        ['preceding garbage', holds(size1, size2, root1, root2, [new Uint8Array(0), ...proof])],
        ['preceding root1', holds(size1, size2, root1, root2, [root1, ...proof])],
        ['preceding root2', holds(size1, size2, root1, root2, [root2, ...proof])],
        ['preceding proof[0]', holds(size1, size2, root1, root2, [proof[0]!, ...proof])],
        ['truncated proof', holds(size1, size2, root1, root2, proof.slice(0, -1))],
        ...proof.map((_, at): [string, boolean] => [
          `modified proof[${at}] bit 4`,
          holds(size1, size2, root1, root2, flipped(proof, at, 16)),
        ]),
      ]
      assert.deepEqual(
        probes.filter(([, held]) => held),
        [],
      )
    }
  })

  test(`the edges of consistency are those of transparency-dev/merkle (${name})`, () => {
    const one = new TextEncoder().encode("don't care 1")
    const two = new TextEncoder().encode("don't care 2")
    const cases: [number, number, Hash, Hash, Hash[], boolean][] = [
      [0, 0, one, two, [], false],
      [1, 1, one, two, [], false],
      [0, 0, one, one, [], true],
      [0, 1, one, two, [], true],
      [1, 1, two, two, [], true],
      [1, 0, one, two, [], false],
      [2, 1, one, two, [], false],
      [1, 2, one, two, [], false],
      [0, 0, nothing, two, [], false],
      [1, 1, nothing, two, [], false],
      [0, 0, nothing, nothing, [nothing], false],
      [0, 1, nothing, nothing, [nothing], false],
      [1, 1, nothing, nothing, [nothing], false],
    ]
    for (const [m, n, root1, root2, proof, holds] of cases)
      assert.equal(verifyConsistency(crypto, m, n, root1, root2, proof), holds, `${m} to ${n}`)
  })

  test(`proofs that Google's Argon 2020 log gave for a tree of 961,984,013 entries hold (${name})`, () => {
    const argon = JSON.parse(readFileSync(new URL('argon2020.json', import.meta.url), 'utf8')) as Argon
    const root = bytes(argon.root)
    const leaf = leafHash(crypto, bytes(argon.leafInput))
    const audit = argon.auditPath.map(bytes)
    assert.equal(verifyInclusion(crypto, argon.leafIndex, argon.treeSize, leaf, audit, root), true)
    assert.equal(verifyInclusion(crypto, argon.leafIndex + 1, argon.treeSize, leaf, audit, root), false)
    const consistency = argon.consistency.map(bytes)
    const { firstSize, treeSize } = argon
    assert.equal(
      verifyConsistency(crypto, firstSize, treeSize, bytes(argon.firstRoot), root, consistency),
      true,
    )
    assert.equal(
      verifyConsistency(crypto, firstSize - 1, treeSize, bytes(argon.firstRoot), root, consistency),
      false,
    )
  })

  test(`the key and two published tree heads of the Go checksum database hold (${name})`, () => {
    const logKey = parseVkey(crypto, 'sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8')!
    const trusted = { logKey, witnessKeys: [], quorum: 0, origin: 'go.sum database tree' }
    // https://sum.golang.org/latest, as quoted in github.com/transparency-dev/witness (January 2023) and in a lookup of
    // github.com/go-chi/chi/v5 v5.3.2 (2026).
    const heads = [
      'go.sum database tree\n15081221\nBoMMe1wd25Tco0mYGROkyqxHZWx+hcSCtMV315Lu6Lg=\n\n— sum.golang.org Az3grilD7vQqTrv66jRgKM84Y80KTprrSt4bKmiOPxgmS5ZVBTeCl6dUvjYnN13R+C8j0jGY1WnUADGMkok3U0m2Zgo=\n',
      'go.sum database tree\n63096908\n8lHrQPRYe4KT4WQ9/Qk8/taKnD6IRHbFgfN7vQE2Y54=\n\n— sum.golang.org Az3gri/oVBN1jAhNZ/iS+W31psFAWRT20/GyrhpU6taFwulQGetBkH5S7wpGXdS935jiIGiUUAXBVHzT/P6fYhqAmAk=\n',
    ]
    for (const head of heads) {
      assert.equal(verifyCheckpoint(head, trusted).kind, 'valid')
      const checked = verifyCheckpoint(head.replace(/\n(\d)/, '\n9$1'), trusted)
      assert.equal(checked.kind === 'invalid' && checked.why, 'the signature of sum.golang.org does not hold')
    }
  })

  test(`a checkpoint of a public log holds with its witness's cosignature (${name})`, () => {
    // arche2025h1.staging.ct.transparency.dev and its witness remora.n621.de, May 2026, with the keys that stand beside
    // them in public tests; the vkey of remora also stands in github.com/transparency-dev/formats, note_cosigv1_test.go.
    const checkpoint = `arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

— arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
— transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==
— witness1.smartit.nu/witness1 pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0tgh0XwzdZsDsUAQ==
— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
— witness.stagemole.eu Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/TmN9DAg==
`
    const logKey = parseVkey(
      crypto,
      'arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f',
    )!
    const witness = parseVkey(crypto, 'remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2')!
    const checked = verifyCheckpoint(checkpoint, { logKey, witnessKeys: [witness], quorum: 1 })
    assert.deepEqual(checked.kind === 'valid' && checked.cosigners, [
      { name: 'remora.n621.de', vkey: witness.vkey, atSeconds: 0x6a122120 },
    ])
    // Its time is signed too.
    const later = checkpoint.replace('2net5wAAAABqEiEg', '2net5wAAAABqEiEh')
    assert.equal(verifyCheckpoint(later, { logKey, witnessKeys: [witness], quorum: 1 }).kind, 'invalid')
    const tooFew = verifyCheckpoint(checkpoint, { logKey, witnessKeys: [witness], quorum: 2 })
    assert.equal(tooFew.kind === 'invalid' && tooFew.why, '1 of 1 witnesses cosigned it; 2 must')
  })

  test(`the notes of golang.org/x/mod/sumdb/note are signed and read alike (${name})`, () => {
    // note_test.go: PeterNeumann's key pair, EnochRoot's key, and both signatures.
    const text =
      "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    const peterLine =
      '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM='
    const enochLine =
      '— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ='
    const skey = 'PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz'
    const vkey = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
    const { name: keyName, type, seed } = parseSkey(crypto, skey)!
    const signer = signerOf(crypto, keyName, type, seed)
    assert.equal(signer.vkey, vkey)
    assert.equal(formatNote(text, [signer.sign(text, 0)]), `${text}\n${peterLine}\n`)

    const peter = parseVkey(crypto, vkey)!
    const enoch = parseVkey(crypto, 'EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop')!
    const note = parseNote(formatNote(text, [peterLine, enochLine]))!
    assert.equal(note.text, text)
    const found = signersOf(note, [peter])
    assert.deepEqual(found.kind === 'signers' && found.signers.map(({ verifier }) => verifier.name), [
      'PeterNeumann',
    ])
    const both = signersOf(note, [peter, enoch])
    assert.equal(both.kind === 'signers' && both.signers.length, 2)

    const twice = signersOf(parseNote(formatNote(text, [peterLine, peterLine]))!, [peter])
    assert.equal(twice.kind === 'signers' && twice.signers.length, 1)
    for (const bad of [
      text,
      `${text}\n`,
      `${text}\n${peterLine}`,
      `\u0001${text}\n${peterLine}\n`,
      `${text}\n${peterLine.replace('PeterNeumann', 'Bad Name')}\n`,
      `${text}\n${peterLine}\nUnexpected line.\n`,
      formatNote(text, new Array<string>(101).fill(peterLine)),
    ])
      assert.equal(parseNote(bad), null, bad)

    // TestNewVerifier: no part of a key is a key, and no key with one character changed.
    for (let from = 0; from <= vkey.length; from++)
      for (let to = from + 1; to <= vkey.length; to++)
        if (from !== 0 || to !== vkey.length) assert.equal(parseVkey(crypto, vkey.slice(from, to)), null)
    for (let at = 0; at < vkey.length; at++) {
      const next = String.fromCharCode(vkey.charCodeAt(at) + 1)
      assert.equal(parseVkey(crypto, vkey.slice(0, at) + next + vkey.slice(at + 1)), null)
    }
    assert.equal(
      parseVkey(crypto, 'PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY=='),
      null,
    )
    assert.equal(
      parseVkey(crypto, 'PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'),
      null,
    )
  })

  test(`tree heads are written as golang.org/x/mod/sumdb/tlog writes them (${name})`, () => {
    // tlog/note_test.go, TestFormatTree
    const root = leafHash(crypto, new TextEncoder().encode('hello world'))
    assert.equal(
      formatCheckpoint({ origin: 'go.sum database tree', size: 123_456_789_012, root }),
      'go.sum database tree\n123456789012\nTszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb0=\n',
    )
  })

  test(`keys of witnesses are read as transparency-dev/formats reads them (${name})`, () => {
    // witness_test.go: a pair of keys; note_cosigv1_test.go: the time of a cosignature.
    const skey = 'PRIVATE+KEY+Wit1+55ee4561+AeadRiG7XM4XiieCHzD8lxysXMwcViy5nYsoXURWGrlE'
    const { seed } = parseSkey(crypto, skey)!
    assert.equal(
      signerOf(crypto, 'Wit1', noteSignatureType, seed).vkey,
      'Wit1+55ee4561+AVhZSmQj9+SoL+p/nN0Hh76xXmF7QcHfytUrI1XfSClk',
    )
    const cosigner = signerOf(crypto, 'Wit1', cosignatureType, seed)
    assert.notEqual(cosigner.vkey.split('+')[1], '55ee4561')
    const line =
      '— x ZGhGuQAAAABm/qTPeyKXD+R2rzyQsxPiP8mXum7qq/iF0u4vanlqJyocWODBt97w9uL+8qT7S5gxEHWWOworDcFiEBYJXORmnFBOBA=='
    assert.equal(cosignedAt(parseNote(formatNote('a\n', [line]))!.signatures[0]!), 1_727_964_367)
    // Its message of three lines and an extension line, cosigned: the extension is covered.
    const text = 'test\n123\nf+7CoKgXKE/tNys9TTXcr/ad6U/K3xvznmzew9y6SP0=\nExtendo\n'
    const verifier = parseVkey(crypto, cosigner.vkey)!
    const signed = formatNote(text, [cosigner.sign(text, 1_679_315_147)])
    const good = signersOf(parseNote(signed)!, [verifier])
    assert.equal(good.kind, 'signers')
    assert.equal(signersOf(parseNote(signed.replace('Extendo', 'Extend0'))!, [verifier]).kind, 'forged')
  })
}

test('both cryptographies make the same signature and believe each other', () => {
  const seed = new Uint8Array(32).map((_, at) => at)
  const message = new TextEncoder().encode('hop by hop')
  const one = nodeCrypto.ed25519Key(seed)
  const other = browserCrypto.ed25519Key(seed)
  assert.equal(encodeBase64(one.publicKey), encodeBase64(other.publicKey))
  assert.equal(encodeBase64(one.sign(message)), encodeBase64(other.sign(message)))
  for (const crypto of [nodeCrypto, browserCrypto]) {
    assert.equal(crypto.verifyEd25519(one.publicKey, message, other.sign(message)), true)
    // A point that is not on the curve, a signature of the wrong length: no, and no fault.
    assert.equal(crypto.verifyEd25519(new Uint8Array(32).fill(0xff), message, other.sign(message)), false)
    assert.equal(crypto.verifyEd25519(one.publicKey, message, new Uint8Array(63)), false)
    assert.equal(crypto.verifyEd25519(one.publicKey, message, new Uint8Array(64).fill(0xff)), false)
  }
})

test('tiles are named as tlog-tiles and golang.org/x/mod/sumdb/tlog name them', () => {
  assert.equal(tilePath(0, 1_234_067), 'tile/0/x001/x234/067')
  assert.equal(tilePath(5, 123_456_078), 'tile/5/x123/x456/078')
  assert.equal(tilePath(5, 123_456_078, 2), 'tile/5/x123/x456/078.p/2')
  assert.equal(tilePath(0, 1, 5), 'tile/0/001.p/5')
})

test('proofs are written and read as transparency-dev/formats does', () => {
  // proof/tlog_proof_test.go
  const hash = (text: string): Uint8Array => nodeCrypto.sha256(new TextEncoder().encode(text))
  const one = encodeBase64(hash('hash1'))
  const two = encodeBase64(hash('hash2'))
  assert.equal(
    formatProof({ index: 5, hashes: [hash('hash1'), hash('hash2')], checkpoint: 'test checkpoint\n' }),
    `c2sp.org/tlog-proof@v1\nindex 5\n${one}\n${two}\n\ntest checkpoint\n`,
  )
  const extra = new TextEncoder().encode('extra information')
  const withExtra = formatProof({
    index: 10,
    hashes: [hash('hash1')],
    checkpoint: 'checkpoint data\n',
    extra,
  })
  assert.equal(
    withExtra,
    `c2sp.org/tlog-proof@v1\nextra ${encodeBase64(extra)}\nindex 10\n${one}\n\ncheckpoint data\n`,
  )
  assert.deepEqual(parseProof(withExtra)!.extra, extra)
  assert.equal(
    formatProof({ index: 0, hashes: [], checkpoint: 'checkpoint\n' }),
    'c2sp.org/tlog-proof@v1\nindex 0\n\ncheckpoint\n',
  )
  for (const bad of [
    'wrong-header\nindex 0\n\ncheckpoint\n',
    'c2sp.org/tlog-proof@v1\nextra !!notbase64!!\nindex 0\n\ncheckpoint\n',
    'c2sp.org/tlog-proof@v1\n\n\ncheckpoint\n',
    'c2sp.org/tlog-proof@v1\nindex notanumber\n\ncheckpoint\n',
    'c2sp.org/tlog-proof@v1\nindex -5\n\ncheckpoint\n',
    'c2sp.org/tlog-proof@v1\nindex 0\n!!notbase64!!\n\ncheckpoint\n',
    `c2sp.org/tlog-proof@v1\nindex 0\n${encodeBase64(new Uint8Array(64))}\n\ncheckpoint\n`,
    `c2sp.org/tlog-proof@v1\nindex 0\n${'a'.repeat(65 * 1024)}\n`,
  ])
    assert.equal(parseProof(bad), null)
})

test('the examples in the C2SP texts are read', () => {
  // tlog-cosignature.md; it publishes no keys.
  const example = `example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
`
  const { checkpoint, note } = parseCheckpoint(example)!
  assert.equal(checkpoint.origin, 'example.com/behind-the-sofa')
  assert.equal(checkpoint.size, 20_852_163)
  assert.equal(cosignedAt(note.signatures[1]!), 1_679_315_147)
})

function flipped(proof: readonly Hash[], at: number, bit: number): Hash[] {
  return proof.map((hash, i) => (i === at ? hash.map((byte, j) => (j === 0 ? byte ^ bit : byte)) : hash))
}
