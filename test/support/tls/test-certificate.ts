import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';

/** A certificate for 127.0.0.1 that nobody trusts unless told to. */
export interface TestCertificate {
  privateKey: string;
  certificate: string;
  /** Where the certificate lies, for a client that is to trust it. */
  file: string;
}

export async function makeCertificate(): Promise<TestCertificate> {
  const { private: privateKey, cert: certificate } = await generate(
    [{ name: 'commonName', value: '127.0.0.1' }],
    {
      keySize: 2048,
      extensions: [
        { name: 'basicConstraints', cA: true, critical: true },
        { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
      ],
    },
  );
  const file = join(mkdtempSync(join(tmpdir(), 'certificate-')), 'certificate.pem');
  writeFileSync(file, certificate);
  return { privateKey, certificate, file };
}
