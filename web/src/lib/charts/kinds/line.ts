import { LineChart } from 'echarts/charts';
import { use } from '../core';

use([LineChart]);
