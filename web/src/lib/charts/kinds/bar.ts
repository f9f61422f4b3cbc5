import { BarChart } from 'echarts/charts';
import { use } from '../core';

use([BarChart]);
