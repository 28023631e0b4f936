import * as d from '@voxpersona/domain';
console.log(d);
