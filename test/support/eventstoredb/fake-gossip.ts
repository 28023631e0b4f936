import { GossipService } from '@eventstore/db-client/generated/gossip_grpc_pb';
import { ClusterInfo, EndPoint, MemberInfo } from '@eventstore/db-client/generated/gossip_pb';
import { UUID } from '@eventstore/db-client/generated/shared_pb';
import { sendUnaryData, Server, ServerCredentials } from '@grpc/grpc-js';
import { randomUUID } from 'node:crypto';

export interface FakeMember {
  address: string;
  port: number;
}

/** The gossip endpoint of a cluster: names its leader. Give a client two of them, so that it has to discover the leader. */
export class FakeGossip {
  /** Undefined while the cluster has no leader. */
  leader: FakeMember | undefined;
  private server: Server | undefined;
  private port = 0;

  /** @returns host and port, for a connection string */
  async start(): Promise<string> {
    const server = new Server();
    server.addService(GossipService, {
      read: (_call: unknown, answer: sendUnaryData<ClusterInfo>) => answer(null, this.members()),
    });
    this.port = await new Promise<number>((resolve, reject) => {
      server.bindAsync(`127.0.0.1:${this.port}`, ServerCredentials.createInsecure(), (error, port) =>
        error ? reject(error) : resolve(port),
      );
    });
    this.server = server;
    return `127.0.0.1:${this.port}`;
  }

  /** The node dies. `start` brings it back on the same port. */
  stop(): void {
    this.server?.forceShutdown();
    this.server = undefined;
  }

  private members(): ClusterInfo {
    const info = new ClusterInfo();
    if (!this.leader) return info;
    const { address, port } = this.leader;
    const member = new MemberInfo()
      .setInstanceId(new UUID().setString(randomUUID()))
      .setTimeStamp('0')
      .setState(MemberInfo.VNodeState.LEADER)
      .setIsAlive(true)
      .setHttpEndPoint(new EndPoint().setAddress(address).setPort(port));
    return info.setMembersList([member]);
  }
}
