import { FakeAnthropic } from '../anthropic/fake-anthropic';
import { FakeOpenAi } from '../openai/fake-openai';
import { TestServer, TestServerOptions } from './test-server';

export interface ServerWithFakes {
  server: TestServer;
  openai: FakeOpenAi;
  anthropic: FakeAnthropic;
  close(): Promise<void>;
}

/** A server, not started yet, whose providers are the fakes; it speaks to them by the real SDKs. */
export async function serverWithFakes(options: TestServerOptions = {}): Promise<ServerWithFakes> {
  const openai = new FakeOpenAi();
  const anthropic = new FakeAnthropic();
  const env = {
    OPENAI_API_KEY: 'sk-test-openai',
    OPENAI_BASE_URL: `${await openai.start()}/v1`,
    ANTHROPIC_API_KEY: 'sk-test-anthropic',
    ANTHROPIC_BASE_URL: await anthropic.start(),
    ...options.env,
  };
  const server = new TestServer({ ...options, env });
  return {
    server,
    openai,
    anthropic,
    close: async () => {
      await server.destroy();
      await openai.stop();
      await anthropic.stop();
    },
  };
}
