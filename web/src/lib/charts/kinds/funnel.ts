import { use } from 'echarts/core';
import { FunnelChart } from 'echarts/charts';

use([FunnelChart]);
