import { Seal, SealStatement } from '@voxpersona/domain';
import { createHash, createPrivateKey, createPublicKey, KeyObject, sign, verify } from 'node:crypto';
import { canonicalJson } from '../codec/canonical-json';

/** What stands before the 32 bytes of an Ed25519 private key in PKCS #8 (RFC 8410), and of a public key in SPKI. */
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const PUBLIC_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const CONTEXT = 'VoxPersona log seal, version 1\n';

/** The public half of the key that the log is sealed with. */
export class SealVerifier {
  private constructor(
    private readonly key: KeyObject,
    /** The 32 bytes, base64. */
    readonly publicKey: string,
  ) {}

  /** @param publicKey base64 of 32 bytes. @throws Error for anything else */
  static of(publicKey: string): SealVerifier {
    const bytes = Buffer.from(publicKey, 'base64');
    if (bytes.length !== 32) throw new Error('A public key of Ed25519 has 32 bytes, in base64');
    const key = createPublicKey({ key: Buffer.concat([PUBLIC_PREFIX, bytes]), format: 'der', type: 'spki' });
    return new SealVerifier(key, bytes.toString('base64'));
  }

  get keyId(): string {
    return createHash('sha256').update(Buffer.from(this.publicKey, 'base64')).digest('hex').slice(0, 16);
  }

  /** Whether this key signed this seal. */
  verifies({ signature, keyId, ...statement }: Seal): boolean {
    return (
      keyId === this.keyId && verify(null, bytesOf(statement), this.key, Buffer.from(signature, 'base64'))
    );
  }
}

/** The key that the log is sealed with. */
export class SealSigner {
  private readonly key: KeyObject;
  readonly verifier: SealVerifier;

  /** @param seed 32 bytes, derived from the master key: whoever has the database alone cannot seal */
  constructor(seed: Buffer) {
    this.key = createPrivateKey({ key: Buffer.concat([PRIVATE_PREFIX, seed]), format: 'der', type: 'pkcs8' });
    const spki = createPublicKey(this.key).export({ format: 'der', type: 'spki' });
    this.verifier = SealVerifier.of(spki.subarray(PUBLIC_PREFIX.length).toString('base64'));
  }

  seal(statement: SealStatement): Seal {
    const signature = sign(null, bytesOf(statement), this.key).toString('base64');
    return { ...statement, keyId: this.verifier.keyId, signature };
  }
}

function bytesOf({ treeSize, rootHash, sealedAt }: SealStatement): Buffer {
  return Buffer.from(CONTEXT + canonicalJson({ treeSize, rootHash, sealedAt }), 'utf8');
}
