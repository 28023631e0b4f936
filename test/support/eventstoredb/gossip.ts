import { ClusterInfo, EndPoint, MemberInfo } from '@eventstore/db-client/generated/gossip_pb';
import { UUID } from '@eventstore/db-client/generated/shared_pb';

const INSTANCE = '00000000-0000-4000-8000-000000000002';

/** The gossip of a cluster of one node, for clients that use discovery (`esdb+discover://`). */
export function gossipOf(port: number): ClusterInfo {
  const endpoint = new EndPoint();
  endpoint.setAddress('127.0.0.1');
  endpoint.setPort(port);
  const id = new UUID();
  id.setString(INSTANCE);
  const member = new MemberInfo();
  member.setInstanceId(id);
  member.setTimeStamp('638000000000000000');
  member.setState(MemberInfo.VNodeState.LEADER);
  member.setIsAlive(true);
  member.setHttpEndPoint(endpoint);
  const cluster = new ClusterInfo();
  cluster.addMembers(member);
  return cluster;
}
