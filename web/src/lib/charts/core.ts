/** The parts of ECharts that every chart needs. Each kind brings its own. */
import { init, use } from 'echarts/core';
import { GridComponent } from 'echarts/components';
import { CanvasRenderer } from 'echarts/renderers';

use([GridComponent, CanvasRenderer]);

export { init, use };
