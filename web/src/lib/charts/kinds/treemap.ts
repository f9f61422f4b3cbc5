import { use } from 'echarts/core';
import { TreemapChart } from 'echarts/charts';

use([TreemapChart]);
